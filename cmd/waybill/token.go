package main

import (
	"fmt"
	"os"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
)

type tokenCommand struct {
	Revoke tokenRevokeCommand `cmd:"" help:"End all tokens of a client."`
}

type tokenRevokeCommand struct {
	Client string `help:"The client's id." required:""`
}

// Help teaches the command.
func (tokenRevokeCommand) Help() string {
	return `The client gets new tokens by its secrets. A single token is ended by whoever holds it, at
POST /realms/waybill/protocol/openid-connect/revoke. What an external issuer gave until now for the
client ends too. Works beside a running service, where it counts
within a second.

  waybill token revoke --client dispatch`
}

// Run ends the tokens.
func (t tokenRevokeCommand) Run(e *environment) error {
	return operate(e, func(o *access.Operator) error {
		_, err := o.EndTokens(e.ctx, t.Client)
		if err == nil {
			fmt.Fprintf(os.Stdout, "all tokens of %s end within a second\n", t.Client)
		}
		return err
	})
}

type keySigningCommand struct {
	EndTokens bool `help:"Withdraw the keys before at once, as after a leak; all tokens end."`
}

// Help teaches the command.
func (keySigningCommand) Help() string {
	return `Tokens are signed with the new key from the next second on. The key before verifies those that it
signed until they have expired, an hour later. Works beside a running service and its replicas.
Needs the key of the installation (WAYBILL_KEY or WAYBILL_KEY_FILE), under which signing keys are
sealed. Uses the database named by WAYBILL_DATABASE_URL.

  waybill key rotate-signing`
}

// Run rotates the key.
func (k keySigningCommand) Run(e *environment) error {
	if err := e.settings(app.CheckDatabase, app.CheckKey); err != nil {
		return err
	}
	id, err := app.RotateSigning(e.ctx, e.config, k.EndTokens)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "kid: %s\n", id)
	return nil
}
