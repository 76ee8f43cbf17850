# Makes and runs a server in this folder. The first argument is the folder of its programs, the others are what
# it is started with. This does what it reads, and answers each by a line: "make", "follow" the server of a folder,
# which does not run, "start", "stop" as an operator stops it, and "left" when it was killed. When standard input ends,
# whoever started this is gone, however that went: so go the server and its folder.
# A hang-up comes to those whose starter is gone while one of them is paused, and a broken pipe to those who
# answer nobody.
trap '' HUP PIPE
bin=$1
shift
server=
while read -r what of; do
  case $what in
    make)
      "$bin/initdb" --pgdata=data --username=waybill --auth=trust --encoding=UTF8 --locale=C --no-sync \
        --no-instructions </dev/null >>log 2>&1
      echo $?
      ;;
    follow)
      cp -Rp "$of/data" data >>log 2>&1 && : >data/standby.signal
      echo $?
      ;;
    start)
      "$bin/postgres" -D data "$@" </dev/null >>log 2>&1 &
      server=$!
      echo "$server"
      ;;
    stop | left)
      [ "$what" = left ] || kill -INT "$server"
      wait "$server"
      server=
      echo 0
      ;;
  esac
done
if [ -n "$server" ]; then
  # Some may have been paused. Only those who run hear that they are to end.
  for stat in /proc/[0-9]*/stat; do
    read -r pid _ _ parent _ <"$stat" && [ "$parent" = "$server" ] && kill -CONT "$pid"
  done 2>/dev/null
  kill -CONT "$server"
  kill -QUIT "$server"
  wait "$server"
fi
cd /
# A process of the server may outlive the first of them for a moment, and write.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf "$OLDPWD" && break
  sleep 1
done 2>/dev/null
