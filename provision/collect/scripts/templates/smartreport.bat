@echo off
rem smartreport: takes the report of the product. It sends nothing: carry the file to SMART by hand.
setlocal DisableDelayedExpansion
set "CLIENT=@CLIENT@"
set "ADDRESS=@ADDRESS@"
cd /d "%~dp0" || exit /b 1

if exist "%CLIENT%.zip" del "%CLIENT%.zip"
curl.exe --silent --show-error --fail --location --insecure --noproxy * --max-time 1800 --user-agent smartdownload --cookie cookies.txt --cookie-jar cookies.txt --data type=zip --output "%CLIENT%.zip" "http://%ADDRESS%/sysinfo/si_save_request"
if errorlevel 1 (
    echo smartreport: the product at %ADDRESS% gave no report
    exit /b 1
)
echo smartreport: %CD%\%CLIENT%.zip
exit /b 0
