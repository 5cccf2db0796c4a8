@echo off
rem Runs the command wan from a checkout. Builds on first use, and again when a source changed; needs JDK 17 and Maven.
rem WAN_JAVA_OPTIONS adds options of the JVM. The natives are those for the CPU: on a GPU wan4j runs under Linux.
setlocal
set "ROOT=%~dp0"
set "TARGET=%ROOT%engine-bench\target"
set "LIB=%TARGET%\lib-cpu"
set "BUILT=%TARGET%\built-cpu"
set "BEGUN=%TARGET%\begun-cpu"

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
where "%JAVA%" >nul 2>&1 || if not exist "%JAVA%" (
    echo wan: no Java found as %JAVA%; install a JDK 17 or later, or set JAVA_HOME 1>&2
    exit /b 1
)

rem Current is what was built after every source was last written; one that is saved while it builds counts as newer.
powershell -NoProfile -Command "if (-not (Test-Path $env:BUILT)) { exit 1 }; $built = (Get-Item $env:BUILT).LastWriteTimeUtc; $newer = Get-ChildItem $env:ROOT -Recurse -File | Where-Object { ($_.Name -eq 'pom.xml' -or $_.FullName -like '*\src\main\*') -and $_.FullName -notlike '*\target\*' -and $_.LastWriteTimeUtc -gt $built } | Select-Object -First 1; if ($newer) { exit 1 }"
if not errorlevel 1 goto run

where mvn >nul 2>&1 || (
    echo wan: no Maven found; building needs Maven 3.8.7 or later on the PATH 1>&2
    exit /b 1
)
if exist "%BUILT%" (
    echo wan: a source changed, building again 1>&2
) else (
    echo wan: building wan4j; the first build fetches about 260 MB into Maven's local repository, and the first run unpacks 500 MB into .javacpp\cache 1>&2
)
if not exist "%TARGET%" mkdir "%TARGET%"
type nul > "%BEGUN%"
pushd "%ROOT%"
call mvn -B -q -DskipTests "-Dwan4j.lib=%LIB%" package 1>&2
if errorlevel 1 (
    popd
    echo wan: the build failed 1>&2
    exit /b 1
)
popd
move /y "%BEGUN%" "%BUILT%" >nul

:run
if not defined OPENBLAS_NUM_THREADS set OPENBLAS_NUM_THREADS=1
"%JAVA%" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true --enable-native-access=ALL-UNNAMED -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0 %WAN_JAVA_OPTIONS% -cp "%LIB%\*" io.github.wan4j.bench.cli.Wan %*
exit /b %errorlevel%
