package main

import (
	"fmt"
	"os"

	"github.com/waybill-dev/waybill/internal/app"
)

type keyCommand struct {
	Rotate  keyRotateCommand  `cmd:"" help:"Replace the key that seals the secrets at rest."`
	Signing keySigningCommand `cmd:"" name:"rotate-signing" help:"Replace the key that signs access tokens."`
}

type keyRotateCommand struct {
	OldKeyFile string `help:"The file of the key before (WAYBILL_OLD_KEY_FILE)." placeholder:"PATH"`
}

// Help teaches the command.
func (keyRotateCommand) Help() string {
	return `Wraps the keys of the database named by WAYBILL_DATABASE_URL with the new key in WAYBILL_KEY or
WAYBILL_KEY_FILE, and makes a new data key. The key before is in WAYBILL_OLD_KEY or the file of
--old-key-file; without one the key stays and the data key alone is new. Works beside a running
service, which goes on with what it knows. Restart it with the new key: it then seals all secrets
anew in the background, says so in its log, and goes on with that at the next start if it is stopped.

  (umask 077; openssl rand -base64 32 > key.new)
  WAYBILL_KEY_FILE=key.new waybill key rotate --old-key-file key
  mv key.new key      # and restart the service

Where several processes serve a PostgreSQL database, stop them all first, and start them with the new key:
one that runs on cannot read what another one seals since.

Backups taken before need the key before; keep it as long as you keep them.`
}

// Run rotates the key.
func (k keyRotateCommand) Run(e *environment) error {
	if k.OldKeyFile != "" {
		e.config.OldKey, e.config.OldKeyFile = "", k.OldKeyFile
	}
	if err := e.settings(app.CheckDatabase, app.CheckKey, app.CheckOldKey); err != nil {
		return err
	}
	if err := app.RotateKey(e.ctx, e.config); err != nil {
		return err
	}
	if e.config.OldKey == "" && e.config.OldKeyFile == "" {
		fmt.Fprintln(os.Stdout, "the data key is new, and the key is the one that it was: no key before was given (--old-key-file); "+
			"restart the service, and it seals all secrets anew")
		return nil
	}
	fmt.Fprintln(os.Stdout, "the key is rotated; restart the service with the new key, and it seals all secrets anew")
	return nil
}
