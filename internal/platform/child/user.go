package child

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// credential is the unprivileged user that children of a root parent run as.
type credential struct {
	uid, gid uint32
	name     string
}

func (c *credential) syscall() *syscall.Credential {
	if c == nil {
		return nil
	}
	return &syscall.Credential{Uid: c.uid, Gid: c.gid}
}

// childUser says whom to drop to: nil when the parent is not root. A folder that is already there keeps its owner.
func childUser(dir string) (*credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	default:
		if owner := info.Sys().(*syscall.Stat_t); owner.Uid != 0 {
			return &credential{uid: owner.Uid, gid: owner.Gid, name: strconv.Itoa(int(owner.Uid))}, nil
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(found.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, fmt.Errorf("user %s: %w", name, err)
		}
		return &credential{uid: uint32(uid), gid: uint32(gid), name: name}, nil
	}
	return nil, errors.New("the servers refuse to run as root, and there is no user postgres or nobody to drop to: start this as another user")
}

// reaches tells whether the user may enter the folder. It tries, as modes alone do not tell (access lists, mounts).
func (c *credential) reaches(ctx context.Context, dir string) bool {
	if c == nil {
		return true
	}
	return run(ctx, "sh", command{path: "/bin/sh", args: []string{"-c", `cd "$1"`, "sh", dir}, dir: "/", user: c}) == nil
}
