// Package testdb gives each test a fresh, migrated database on a real PostgreSQL, and a real Redis.
//
// New clones a template that is migrated once per server; its name carries the hash of the migrations. All tests of a
// run share one pair of servers: databases keep them apart in PostgreSQL, and in Redis the installation's id, which is
// made anew in every clone and stands before every key. NewPrivate gives a test its own pair, for faults.
//
// `make test` starts the pair for all packages (see the command testenv). A bare `go test` starts one for each test
// process when it is first needed; nothing has to be called at the end:
//   - the servers end with the process (see package child);
//   - their folders are slots, <folder>/lavoro-test-<user id>/<n>, held by a lock as long as the process lives and taken
//     up again by the next one, which spares it making a cluster and migrating. There are never more slots than there
//     were processes at once. What an ended process left in its slot is cleared away by the next holder, and other
//     migrations make a new cluster, as roles belong to the whole cluster and would outlive their definition;
//   - the folder is LAVORO_TEST_SLOTS where that is set, else memory where a file system there has room enough (Linux's
//     /dev/shm), else the temporary folder. Each test's database is some seven hundred files that come and go: on a disk
//     their directory entries cost more than all statements of most tests.
package testdb
