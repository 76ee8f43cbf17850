package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/waybill-dev/waybill/internal/app"
)

type backupCommand struct {
	File string `arg:"" help:"The file to write; it must not exist."`
}

// Help teaches the command.
func (backupCommand) Help() string {
	return `Writes a whole SQLite database, as it stands at one moment, into one new file that only its owner may
read. Of PostgreSQL take pg_dump or base backups (docs/operating.md).
Works beside a running service and keeps nobody waiting. Secrets stay sealed: without the key
(WAYBILL_KEY_FILE) the file opens no connection, so keep a copy of the key, and keep it elsewhere.
Uses the database named by WAYBILL_DATABASE_URL. docs/backup.md tells how to restore it, and what no
backup can hold.

  waybill backup /var/backups/waybill-2026-01-15.db`
}

// Validate refuses what can be no file.
func (b backupCommand) Validate() error {
	if strings.TrimSpace(b.File) == "" {
		return errors.New("the name of the file to write is empty")
	}
	return nil
}

// Run takes the backup.
func (b backupCommand) Run(e *environment) error {
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	if err := app.Backup(e.ctx, e.config, b.File); err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, "the backup is in", b.File)
	return nil
}

type versionCommand struct{}

// Run prints the version that the build recorded.
func (versionCommand) Run(*environment) error {
	version := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		version = info.Main.Version
	}
	fmt.Fprintln(os.Stdout, "waybill", version)
	return nil
}
