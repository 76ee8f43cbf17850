package main

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
)

// onServer are the scenarios that need nothing but a database that the program makes, so that they can be measured
// over a server's as well.
func onServer() []string { return []string{"accept", "sealed", "drain"} }

// database is the URL of a fresh one: a file, or a database of the server.
func (f *field) database(ctx context.Context, name string) (string, error) {
	if f.server == "" {
		return filepath.Join(f.folder, name+".db"), nil
	}
	u, err := url.Parse(f.server)
	if err != nil {
		return "", fmt.Errorf("reading --server: %w", err)
	}
	db, err := sql.Open("pgx", f.server)
	if err != nil {
		return "", err
	}
	defer db.Close()
	name = filepath.Base(f.folder) + "-" + name
	if _, err := db.ExecContext(ctx, fmt.Sprintf("CREATE DATABASE %q", strings.ToLower(name))); err != nil {
		return "", fmt.Errorf("making a database for a measurement: %w", err)
	}
	u.Path = "/" + strings.ToLower(name)
	return u.String(), nil
}

// reading opens a database beside the program that works on it.
func (f *field) reading(url string) (*sql.DB, error) {
	if f.server != "" {
		return sql.Open("pgx", url)
	}
	return sql.Open("sqlite3", "file:"+url+"?_pragma=busy_timeout(10000)&_pragma=query_only(on)")
}

// goal is the one that holds over a file, or over a server.
func (f *field) goal(file, server float64) float64 {
	if f.server != "" {
		return server
	}
	return file
}
