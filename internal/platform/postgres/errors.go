package postgres

import (
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// again says whether Postgres asks to run the whole transaction again, or will have planned anew what a migration changed under a connection
// (0A000: "cached plan must not change result type").
func again(err error) bool {
	return code(err) == "40001" || code(err) == "40P01" || code(err) == "0A000"
}

// Violates says whether the statement failed on the named constraint or unique index.
func Violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}

// BadValue says whether Postgres could not read a value it was given (class 22), e.g. a NUL byte or a date out of range.
func BadValue(err error) bool { return strings.HasPrefix(code(err), "22") }

// Unreachable says whether the database did not answer: it is starting, stopping, away, or has no connection left; or whether it ended the
// wait for a lock that another transaction held too long, or a transaction in which nothing came for too long.
func Unreachable(err error) bool {
	if err == nil {
		return false
	}
	var network net.Error
	var connect *pgconn.ConnectError
	c := code(err)
	return errors.As(err, &connect) || errors.As(err, &network) || pgconn.Timeout(err) || c == "55P03" || c == "25P03" || strings.HasPrefix(c, "08") || strings.HasPrefix(c, "57P") || strings.HasPrefix(c, "53") ||
		c == "" && strings.Contains(err.Error(), "conn closed") || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn)
}

// TookTooLong says whether the database stopped a statement at its time limit.
func TookTooLong(err error) bool { return code(err) == "57014" }

// Safe is what a log may hold of an error: Postgres quotes values of rows in its detail, so only code, table and constraint stay.
func Safe(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return "sqlstate " + pg.Code + " table " + pg.TableName + " constraint " + pg.ConstraintName + " routine " + pg.Routine
	}
	return err.Error()
}

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// dead says whether a connection that was taken from the pool turned out to be gone; a new one that cannot be made is another matter.
func dead(err error) bool {
	var connect *pgconn.ConnectError
	return Unreachable(err) && !errors.As(err, &connect)
}
