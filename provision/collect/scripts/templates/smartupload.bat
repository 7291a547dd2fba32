@echo off
rem smartupload: takes the report of the product and sends it to SMART. Run it every hour: see smartupload.xml.
rem This file holds a token: let only administrators read it.
setlocal DisableDelayedExpansion
set "CLIENT=@CLIENT@"
set "ADDRESS=@ADDRESS@"
set "RECEIVER=@RECEIVER@"
set "DEALER=@DEALER@"
set "TOKEN=@TOKEN@"
set "PROXY=@PROXY@"
set "CODE=none"
cd /d "%~dp0" || exit /b 1

if exist "%CLIENT%.zip" del "%CLIENT%.zip"
curl.exe --silent --show-error --fail --location --insecure --noproxy * --max-time 1800 --user-agent smartdownload --cookie cookies.txt --cookie-jar cookies.txt --data type=zip --output "%CLIENT%.zip" "http://%ADDRESS%/sysinfo/si_save_request"
if errorlevel 1 (
    echo smartupload: the product at %ADDRESS% gave no report
    exit /b 1
)

rem The token goes to curl in a file: other users can read the arguments of a process.
> smartupload.conf echo url = "%RECEIVER%/upload?token=%TOKEN%"
>> smartupload.conf echo form = "file=@%CLIENT%.zip"
call :ask smartupload.answer
if not "%CODE%"=="200" (
    echo smartupload: the report was not accepted: %CODE%
    if exist smartupload.answer type smartupload.answer
    exit /b 1
)
> smartupload.conf echo url = "%RECEIVER%/files/%CLIENT%.zip?token=%TOKEN%"
>> smartupload.conf echo head
call :ask nul
if not "%CODE%"=="200" (
    echo smartupload: the report did not arrive: %CODE%
    exit /b 1
)
echo smartupload: sent
exit /b 0

:ask
>> smartupload.conf echo proxy = "%PROXY%"
>> smartupload.conf echo header = "upload: yes"
>> smartupload.conf echo header = "dealer: %DEALER%"
>> smartupload.conf echo output = "%~1"
>> smartupload.conf echo write-out = "%%{http_code}"
set "CODE=none"
for /f %%c in ('curl.exe --config smartupload.conf --silent --show-error --max-time 1800') do set "CODE=%%c"
del smartupload.conf
exit /b 0
