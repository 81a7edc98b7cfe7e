package child

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

const (
	// rootHomes is where a root parent puts data that the dropped-to user could not reach where it was asked for.
	rootHomes = "/var/lib/lavoro"
	// maxSocketPath is the portable length of a socket's path: 103 bytes on Darwin, 107 on Linux.
	maxSocketPath = 103
)

// plainPath holds no character that a server's setting or an address would have to quote.
var plainPath = regexp.MustCompile(`^[A-Za-z0-9/._-]+$`)

// home is one server's folder: lock, data, and the socket.
type home struct {
	dir     string // absolute, links resolved
	data    string // dir/data, made by the server's own start
	sockets string
	user    *credential
	lock    *Lock // nil once given back
}

// openHome makes the folder, takes its lock, and chooses user and socket folder. The caller closes it.
func openHome(ctx context.Context, dir, socketName string) (_ *home, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	h := &home{}
	if h.user, err = childUser(dir); err != nil {
		return nil, err
	}
	if h.dir, err = makeHome(ctx, dir, h.user); err != nil {
		return nil, err
	}
	h.data = filepath.Join(h.dir, "data")
	if h.lock, err = TakeLock(filepath.Join(h.dir, "lock")); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			h.close()
		}
	}()
	h.sockets, err = socketFolder(h.dir, socketName, h.user)
	return h, err
}

// close gives the folder free for another holder.
func (h *home) close() {
	if h.lock != nil {
		h.lock.Release()
		h.lock = nil
	}
}

// makeHome returns the folder itself, or the place that it links to.
func makeHome(ctx context.Context, dir string, user *credential) (string, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	if target, err := os.Readlink(dir); err == nil {
		resolved, err := filepath.EvalSymlinks(dir)
		if err != nil {
			return "", fmt.Errorf("%s links to %s, which is gone: remove the link to begin anew", dir, target)
		}
		return resolved, ownHome(resolved, user)
	}
	if !user.reaches(ctx, filepath.Dir(dir)) {
		return linkedHome(dir, user)
	}
	if err := ownHome(dir, user); err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

// linkedHome puts the folder under rootHomes and leaves a link where it was asked for.
func linkedHome(dir string, user *credential) (string, error) {
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("user %s cannot reach %s, and it is not empty: %w", user.name, dir, err)
	}
	if err := os.MkdirAll(rootHomes, 0o711); err != nil {
		return "", err
	}
	target := filepath.Join(rootHomes, shortHash(dir))
	if err := setAside(target); err != nil {
		return "", err
	}
	if err := ownHome(target, user); err != nil {
		return "", err
	}
	return target, os.Symlink(target, dir)
}

// setAside moves data away whose link was deleted: who deletes the folder wants to begin anew, but may have erred.
func setAside(target string) error {
	if _, err := os.Stat(target); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	lock, err := TakeLock(filepath.Join(target, "lock"))
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := os.RemoveAll(target + ".old"); err != nil {
		return err
	}
	return os.Rename(target, target+".old")
}

// ownHome makes the server's folder; one that is there must be ours or empty, so that no other folder's mode changes.
func ownHome(dir string, user *credential) error {
	if _, err := os.Stat(dir); err == nil && !isEmpty(dir) {
		if _, err := os.Lstat(filepath.Join(dir, "lock")); errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%s holds other files: name an empty folder or none", dir)
		}
	}
	return ownFolder(dir, user)
}

// ownFolder makes a folder that its user alone may enter, or makes sure that the one there is such.
func ownFolder(dir string, user *credential) error {
	err := os.Mkdir(dir, 0o700)
	switch {
	case err == nil && user != nil:
		return os.Chown(dir, int(user.uid), int(user.gid))
	case err == nil || !errors.Is(err, os.ErrExist):
		return err
	}
	return checkOwner(dir, user)
}

func checkOwner(dir string, user *credential) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner, want := info.Sys().(*syscall.Stat_t).Uid, uint32(os.Geteuid())
	if user != nil {
		want = user.uid
	}
	switch {
	case !info.IsDir():
		return fmt.Errorf("%s is not a folder", dir)
	case owner == 0 && user != nil && isEmpty(dir):
		// An empty folder that root made beforehand: only its owner changes.
		if err := os.Chown(dir, int(user.uid), int(user.gid)); err != nil {
			return err
		}
	case owner != want:
		return fmt.Errorf("%s belongs to user %d and the server would run as user %d: start as the user who made it, or remove it", dir, owner, want)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return os.Chmod(dir, 0o700)
	}
	return nil
}

func isEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// socketFolder is the server's own folder where the address stays short and plain, else one in the temporary folder.
func socketFolder(dir, socketName string, user *credential) (string, error) {
	if len(filepath.Join(dir, socketName)) <= maxSocketPath && plainPath.MatchString(dir) {
		return dir, nil
	}
	short := filepath.Join("/tmp", "lavoro-"+shortHash(dir))
	return short, ownFolder(short, user)
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// stopOrphans ends what a killed parent left running in the data folder. The lock is held, so nobody else's is there.
func (h *home) stopOrphans(ctx context.Context, program string, orderly syscall.Signal) error {
	patience := stopPatience
	for _, signal := range []syscall.Signal{orderly, syscall.SIGQUIT, syscall.SIGKILL} {
		deadline := time.Now().Add(patience)
		pids := processesIn(h.data, program)
		for _, pid := range pids {
			_ = syscall.Kill(pid, signal)
		}
		for len(pids) > 0 && time.Now().Before(deadline) {
			if err := pause(ctx, pollEvery); err != nil {
				return err
			}
			pids = processesIn(h.data, program)
		}
		if len(pids) == 0 {
			return nil
		}
		patience = abortPatience
	}
	return fmt.Errorf("%s left by an earlier start in %s does not end", program, h.data)
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Remove deletes a server's folder, also where it is a link; the server must not run.
func Remove(dir string) error {
	resolved, err := filepath.EvalSymlinks(dir)
	if errors.Is(err, os.ErrNotExist) {
		return os.RemoveAll(dir)
	}
	if err != nil {
		return err
	}
	return errors.Join(
		os.RemoveAll(filepath.Join("/tmp", "lavoro-"+shortHash(resolved))),
		os.RemoveAll(resolved),
		os.RemoveAll(dir),
	)
}
