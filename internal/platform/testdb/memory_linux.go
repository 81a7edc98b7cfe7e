package testdb

import "syscall"

const (
	memoryFolder = "/dev/shm"
	// memoryRoom, in bytes, is what a whole run's data never come near; a container's usual 64 MiB would soon be full.
	memoryRoom = 4 << 30
	tmpfs      = 0x01021994 // the kernel's number of the file system that is memory
)

// roomyMemory is a folder in memory with room for a run's data; "" where there is none.
func roomyMemory() string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memoryFolder, &fs); err != nil || fs.Type != tmpfs || fs.Bavail*uint64(fs.Bsize) < memoryRoom {
		return ""
	}
	return memoryFolder
}
