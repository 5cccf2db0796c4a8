@echo off
rem Runs the command wan from a checkout. Builds on first use; needs JDK 17 and Maven.
setlocal
set "ROOT=%~dp0"
set "LIB=%ROOT%engine-bench\target\lib-cpu"
set "BUILT=%ROOT%engine-bench\target\built-cpu"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
if exist "%BUILT%" goto run
echo wan: building wan4j; the first build fetches about 260 MB into Maven's local repository, and the first run unpacks 500 MB into .javacpp\cache 1>&2
pushd "%ROOT%"
call mvn -B -q -DskipTests "-Dwan4j.lib=%LIB%" package 1>&2
if errorlevel 1 (
    popd
    echo wan: the build failed 1>&2
    exit /b 1
)
popd
type nul > "%BUILT%"
:run
if not defined OPENBLAS_NUM_THREADS set OPENBLAS_NUM_THREADS=1
"%JAVA%" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true -Dorg.bytedeco.javacpp.maxPhysicalBytes=0 -Dorg.bytedeco.javacpp.maxBytes=0 -cp "%LIB%\*" io.github.wan4j.bench.cli.Wan %*
exit /b %errorlevel%
