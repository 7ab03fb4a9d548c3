/**
 * Run as the first process of new namespaces: puts a small root directory together, moves into it, and becomes the program as a user that owns nothing.
 * Every path comes as an argument, none is part of the text. Arguments: how (`root`: we are root, without a user namespace; `user`: in a user namespace that
 * maps us to its root), an empty folder for the new root, bytes for /tmp, bytes for the home, then the scene (`ro|rw OUTSIDE INSIDE`, `link TARGET INSIDE`),
 * then `--` and the program with its arguments.
 *
 * `/proc` is the new namespace's own, and what in it acts on the whole machine is read-only: a process whose user the kernel takes for root may write there.
 * The loopback interface is put up by whichever tool there is; without one a program has no network at all, which is safe, and its model is out of reach.
 */
export const shutInScript = String.raw`
set -eu
umask 022
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
how=$1 root=$2 tmp_bytes=$3 home_bytes=$4
shift 4

owner=
if [ "$how" = root ]; then owner=,uid=65534,gid=65534; fi
mount -t tmpfs -o mode=755,nosuid,nodev,size=4m,nr_inodes=4096 sandbox "$root"
mkdir -p "$root/proc" "$root/dev" "$root/tmp" "$root/home/agent" "$root/old-root"
mount -t tmpfs -o "mode=1777,nosuid,nodev,size=$tmp_bytes,nr_inodes=65536" sandbox "$root/tmp"
mount -t tmpfs -o "mode=700,nosuid,nodev,size=$home_bytes,nr_inodes=16384$owner" sandbox "$root/home/agent"
mount -t tmpfs -o mode=755,nosuid,noexec,size=64k,nr_inodes=64 sandbox "$root/dev"

# A remount must repeat what the source's own mount forbids; which that is, is tried out.
tighten() {
  for more in "" ,noexec ,noatime ,noexec,noatime ,relatime ,noexec,relatime; do
    if mount -o "remount,bind,$1$more" "$2" 2>/dev/null; then return 0; fi
  done
  mount -o "remount,bind,$1" "$2"
}
place_for() {
  if [ -d "$1" ]; then mkdir -p "$2"; else mkdir -p "$(dirname "$2")"; : >>"$2"; fi
}
while [ "$1" != -- ]; do
  case $1 in
    link)
      mkdir -p "$(dirname "$root$3")"
      ln -s "$2" "$root$3"
      ;;
    ro | rw)
      place_for "$2" "$root$3"
      mount --bind "$2" "$root$3"
      if [ "$1" = ro ]; then tighten ro,nosuid,nodev "$root$3"; else tighten nosuid,nodev "$root$3"; fi
      ;;
    *) exit 96 ;;
  esac
  shift 3
done
shift

for device in null zero full random urandom tty; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/shm"
mount -t tmpfs -o mode=1777,nosuid,nodev,size=16m,nr_inodes=1024 sandbox "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
ln -s /proc/self/fd/0 "$root/dev/stdin"
ln -s /proc/self/fd/1 "$root/dev/stdout"
ln -s /proc/self/fd/2 "$root/dev/stderr"
mount -o remount,bind,ro "$root/dev"

mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
for part in sys irq bus fs sysrq-trigger; do
  if [ -e "$root/proc/$part" ]; then
    mount --bind "$root/proc/$part" "$root/proc/$part"
    mount -o remount,bind,ro,nosuid,nodev,noexec "$root/proc/$part"
  fi
done

ip link set lo up 2>/dev/null ||
  ifconfig lo up 2>/dev/null ||
  perl -e 'socket(my $s, 2, 2, 0) or exit 1; my $r = pack("a16 s x22", "lo", 0x49); ioctl($s, 0x8914, $r) or exit 1' 2>/dev/null ||
  python3 -c 'import fcntl, socket, struct; fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8914, struct.pack("16sh22x", b"lo", 0x49))' 2>/dev/null ||
  true

cd "$root"
pivot_root . old-root
cd /
umount -l /old-root
rmdir /old-root
mount -o remount,bind,ro,nosuid,nodev /

if [ "$how" = root ]; then
  exec setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --ambient-caps=-all --bounding-set=-all \
    --no-new-privs --pdeathsig KILL -- "$@"
fi
exec unshare --user --map-user=65534 --map-group=65534 -- setpriv --no-new-privs --pdeathsig KILL -- "$@"
`;
