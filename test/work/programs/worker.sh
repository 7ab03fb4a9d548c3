#!/bin/sh
# A worker program that does what its first argument says, well or badly.
result=$PULLWRIGHT_WORKER_RESULT_PATH
token=ghp_$(printf '%040d' 7) # looks like one, opens nothing
case $1 in
  whispers) # the token in two pieces, in the output and in the result
    printf 'the token is %s' "${SECRET%????????}"; sleep 0.05; printf '%s, keep it\n' "${SECRET#"${SECRET%????????}"}"
    printf '%s' "$SECRET" >&2
    echo '{"success": true, "artifacts": {"note": "'"$SECRET"'"}}' > "$result" ;;
  reads-file) # says how long its payload is, and where it found it
    shift; [ "$1" = --payload-file ] && [ "$2" = "$PULLWRIGHT_WORKER_PAYLOAD_PATH" ] || exit 4
    echo '{"success": true, "artifacts": {"bytes": '"$(wc -c < "$SPRINTER_WORKER_PAYLOAD_PATH")"', "path": "'"$2"'"}}' > "$result" ;;
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
