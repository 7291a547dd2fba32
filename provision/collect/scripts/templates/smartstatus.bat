@echo off
rem smartstatus: takes the metrics of the product and sends it to SMART. Run it every 15 minutes: see smartstatus.xml.
rem This file holds a token and a password: let only administrators read it.
setlocal DisableDelayedExpansion
set "CLIENT=@CLIENT@"
set "ADDRESS=@ADDRESS@"
set "RECEIVER=@RECEIVER@"
set "DEALER=@DEALER@"
set "TOKEN=@TOKEN@"
set "PROXY=@PROXY@"
set "SIGN_IN=@SIGN_IN@"
set "CODE=none"
cd /d "%~dp0" || exit /b 1

if exist "%CLIENT%.status" del "%CLIENT%.status"
rem Token and password go to curl in a file: other users can read the arguments of a process.
> smartstatus.conf echo url = "http://%ADDRESS%/sysmon/metrics"
>> smartstatus.conf echo header = "Authorization: Basic %SIGN_IN%"
curl.exe --config smartstatus.conf --silent --show-error --fail --insecure --noproxy * --max-time 60 --dump-header headers.part --output metrics.part
if errorlevel 1 (
    del smartstatus.conf
    echo smartstatus: the product at %ADDRESS% gave no metrics
    exit /b 1
)
findstr /i /b /c:"date:" headers.part > "%CLIENT%.status"
if errorlevel 1 (
    del smartstatus.conf
    echo smartstatus: the answer of the product has no date
    exit /b 1
)
type metrics.part >> "%CLIENT%.status"
del headers.part metrics.part

> smartstatus.conf echo url = "%RECEIVER%/upload?token=%TOKEN%"
>> smartstatus.conf echo form = "file=@%CLIENT%.status"
call :ask smartstatus.answer
if not "%CODE%"=="200" (
    echo smartstatus: the metrics were not accepted: %CODE%
    if exist smartstatus.answer type smartstatus.answer
    exit /b 1
)
> smartstatus.conf echo url = "%RECEIVER%/files/%CLIENT%.status?token=%TOKEN%"
>> smartstatus.conf echo head
call :ask nul
if not "%CODE%"=="200" (
    echo smartstatus: the metrics did not arrive: %CODE%
    exit /b 1
)
echo smartstatus: sent
exit /b 0

:ask
>> smartstatus.conf echo proxy = "%PROXY%"
>> smartstatus.conf echo header = "upload: yes"
>> smartstatus.conf echo header = "dealer: %DEALER%"
>> smartstatus.conf echo output = "%~1"
>> smartstatus.conf echo write-out = "%%{http_code}"
set "CODE=none"
for /f %%c in ('curl.exe --config smartstatus.conf --silent --show-error --max-time 120') do set "CODE=%%c"
del smartstatus.conf
exit /b 0
