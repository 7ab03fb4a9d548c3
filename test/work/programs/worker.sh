#!/bin/sh
# A worker program that does what its first argument says, well or badly.
result=$PULLWRIGHT_WORKER_RESULT_PATH
token=ghp_$(printf '%040d' 7) # looks like one, opens nothing
case $1 in
  good) echo '{"success": true, "artifacts": {"answer": "42"}}' > "$result" ;;
  says-failed) echo '{"success": false, "error": "no disk, token '"$token"'"}' > "$result" ;;
  exits) echo "it went wrong: $token" >&2; exit 3 ;;
  lies) ;;
  error-and-success) echo '{"success": true, "error": "but not quite"}' > "$result" ;;
  no-json) echo 'done!' > "$result" ;;
  wrong-shape) echo '{"success": "yes"}' > "$result" ;;
  other-command) echo '{"success": true, "command_id": "999"}' > "$result" ;;
  link) echo '{"success": true}' > "$result.real"; ln -s "$result.real" "$result" ;;
  pipe) mkfifo "$result" ;;
  folder) mkdir "$result" ;;
  huge) head -c 2000000 /dev/zero > "$result" ;;
  hangs) trap '' TERM; sleep 1000 & echo $$ $! > "$result.pids"; wait; sleep 1000 ;;
  shouts) head -c 1000000000 /dev/zero; echo the end; echo '{"success": true}' > "$result" ;;
esac
