package child

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// Lock is a file's lock that only Release or the end of the process gives back. It holds a bare descriptor: an *os.File
// that nobody refers to any more is closed by the garbage collector, and its lock with it.
type Lock struct{ descriptor int }

// InUseError says that another living process, or another caller in this one, holds the lock of a folder.
type InUseError struct {
	Dir    string
	Holder string // its process id
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("%s is in use by process %s", e.Dir, e.Holder)
}

// TakeLock makes the file if need be, locks it without waiting, and writes this process's id into it. A lock that is
// held gives an *InUseError. Children do not inherit it.
func TakeLock(path string) (*Lock, error) {
	descriptor, err := open(path)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	l := &Lock{descriptor}
	if err := syscall.Flock(descriptor, syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		l.Release()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, &os.PathError{Op: "lock", Path: path, Err: err}
		}
		holder, _ := os.ReadFile(path)
		return nil, &InUseError{Dir: filepath.Dir(path), Holder: strings.TrimSpace(string(holder))}
	}
	err = syscall.Ftruncate(descriptor, 0)
	if err == nil {
		_, err = syscall.Pwrite(descriptor, []byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		l.Release()
		return nil, &os.PathError{Op: "write", Path: path, Err: err}
	}
	return l, nil
}

func open(path string) (descriptor int, err error) {
	for {
		descriptor, err = syscall.Open(path, syscall.O_RDWR|syscall.O_CREAT|syscall.O_CLOEXEC, 0o600)
		if !errors.Is(err, syscall.EINTR) {
			return descriptor, err
		}
	}
}

// Release gives the lock back; only once.
func (l *Lock) Release() { _ = syscall.Close(l.descriptor) }
