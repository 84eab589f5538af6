#!/bin/sh
# What a process of the lab holds, told on stdin: "+program <pid>", "+folder <path>", and the same with "-" once it is gone.
# When stdin ends, its process is over, also by kill -9: the programs that are left are ended, then the folders removed.
set -u
trap '' INT TERM HUP
newline='
'
held=$newline
while IFS= read -r line; do
  item=${line#[+-]}
  case $line in
    +*) held=$held$item$newline ;;
    -*)
      case $held in
        *"$newline$item$newline"*) held=${held%%"$newline$item$newline"*}$newline${held#*"$newline$item$newline"} ;;
      esac
      ;;
  esac
done

IFS=$newline
set -f
# kill <$1> <$2><pid> for each program.
signal() {
  for item in $held; do
    case $item in "program "*) kill "$1" "$2${item#program }" ;; esac
  done 2>/dev/null
}
alive() {
  for item in $held; do
    case $item in "program "*) kill -0 "${item#program }" && return 0 ;; esac
  done 2>/dev/null
  return 1
}
signal -TERM ''
# One that was frozen hears it only now.
signal -CONT ''
tries=0
while alive && [ $tries -lt 25 ]; do
  tries=$((tries + 1))
  sleep 0.2
done
# Whoever did not listen goes with its whole group.
signal -KILL -
for item in $held; do
  case $item in "folder "*) rm -rf "${item#folder }" ;; esac
done
