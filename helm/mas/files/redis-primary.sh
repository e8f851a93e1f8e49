# Valkey and Redis have the same programs under two names.
server=$(command -v valkey-server || command -v redis-server)
cli=$(command -v valkey-cli || command -v redis-cli)

# Prints which host is primary: as the sentinels say; else as the one of this pod knew last; else the first pod.
primary() {
  # One server alone is primary, whatever Sentinels have made of it before.
  [ -n "$SENTINELS" ] || { echo "$FIRST"; return; }
  for host in $SENTINELS; do
    said=$(timeout 2 "$cli" -h "$host" -p 26379 sentinel get-master-addr-by-name mas 2>/dev/null | head -n 1) || said=
    case $said in *.*) echo "$said"; return ;; esac
  done
  said=$(sed -n 's/^sentinel monitor mas \([^ ]*\) .*/\1/p' /data/sentinel.conf 2>/dev/null) || said=
  echo "${said:-$FIRST}"
}
