# Runs a server until standard input ends or says how it is to be stopped: with "stop" as it should be, with
# "left" not at all. When nothing was said, whoever started it is gone, and so goes its folder.
# A hang-up comes to those whose starter is gone while one of them is paused.
trap '' HUP
"$@" </dev/null >>log 2>&1 &
server=$!
echo "$server"
exec >/dev/null 2>&1
read -r how
case $how in
  stop) kill -INT "$server" ;;
  left) ;;
  *)
    # Some may have been paused. Only those who run hear that they are to end.
    for stat in /proc/[0-9]*/stat; do
      read -r pid _ _ parent _ <"$stat" && [ "$parent" = "$server" ] && kill -CONT "$pid"
    done
    kill -CONT "$server"
    kill -QUIT "$server"
    ;;
esac
wait "$server"
case $how in
  '') cd / && rm -rf "$OLDPWD" ;;
esac
