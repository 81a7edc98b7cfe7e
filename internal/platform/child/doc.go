// Package child runs a private PostgreSQL and a private Redis as child processes.
//
// Who is authoritative: an flock on the folder's file "lock", held as long as the server may run. Whoever holds it
// owns every process that works in the folder's "data"; process files written by the servers are only hints. The
// kernel drops the lock when its holder dies, however it dies.
//
// A killed parent: on Linux the kernel stops the children with their parent (Pdeathsig); elsewhere they live on as
// orphans. On both, the next start that gets the lock stops what still runs in "data" before it starts its own. A
// folder whose lock is held is refused with the holder's process id: it is in use, not orphaned.
//
// Addresses: unix sockets in a folder that only the server's user may enter, so no password and no port is needed.
// The socket lies in the folder itself, or, where the path passes the limit of socket addresses, in a folder of the
// system's temporary directory named by a hash of the path. The address stays the same over restarts.
//
// Users: PostgreSQL refuses to run as root. A root parent drops both children to the user that owns the data already
// there, else to "postgres", else to "nobody"; where that user cannot reach the folder, the data goes under
// /var/lib/lavoro and the folder becomes a symbolic link to it. No existing folder's mode is changed.
//
// Children have their own process group: a terminal's Ctrl-C reaches the parent alone, which then stops them in order.
package child
