package testdb

import (
	"bytes"
	"context"
	"crypto/rand"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Dump is the database as PostgreSQL's own pg_dump writes it, in a form: plain or custom.
func (db *DB) Dump(form string) []byte {
	db.t.Helper()
	return db.tool(nil, "pg_dump", "--format="+form, "--dbname="+db.OwnerURL)
}

// Restore makes another database of a dump in custom form, on the same servers; it is dropped when the test ends.
func (db *DB) Restore(dump []byte) *DB {
	db.t.Helper()
	s := &server{postgresURL: db.OwnerURL}
	name := databasePrefix + strings.ToLower(rand.Text()[:16])
	copied := *db
	copied.OwnerURL = withDatabase(db.OwnerURL, name)
	copied.AppURL = copied.OwnerURL
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.execute(ctx, "create database "+name+" template template0"); err != nil {
		db.t.Fatalf("testdb: %v", err)
	}
	db.t.Cleanup(func() { s.drop(db.t, &copied) })
	db.tool(dump, "pg_restore", "--exit-on-error", "--dbname="+copied.OwnerURL)
	return &copied
}

// tool runs a program that stands beside the server's own.
func (db *DB) tool(in []byte, program string, args ...string) []byte {
	db.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, db.OwnerURL)
	if err != nil {
		db.t.Fatalf("testdb: %v", err)
	}
	defer conn.Close(ctx)
	var folder string
	if err := conn.QueryRow(ctx, "select setting from pg_config where name = 'BINDIR'").Scan(&folder); err != nil {
		db.t.Fatalf("testdb: %v", err)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, filepath.Join(folder, program), args...)
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &said
	out, err := cmd.Output()
	if err != nil {
		db.t.Fatalf("testdb: %s: %v: %s", program, err, said.String())
	}
	return out
}
