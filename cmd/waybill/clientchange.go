package main

import (
	"fmt"
	"os"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/cli"
)

type clientScopesCommand struct {
	oneClient
	Scope []string `help:"A scope that the client has from now on; repeat for several." aliases:"scopes" xor:"scopes" required:""`
	All   bool     `help:"All scopes that its owner can use." xor:"scopes" required:""`
}

// Run sets the scopes.
func (c clientScopesCommand) Run(e *environment) error {
	return changed(e, func(o *access.Operator) (access.Client, error) { return o.SetScopes(e.ctx, c.ID, c.Scope) })
}

// surelyClient is what commands take that keep a client from working.
type surelyClient struct {
	oneClient
	cli.Sure
}

// agreed asks whether something is to be done to the client, which must be there.
func (c surelyClient) agreed(e *environment, o *access.Operator, what string) error {
	if _, err := o.Client(e.ctx, c.ID); err != nil {
		return err
	}
	return c.Agreed(e.session, fmt.Sprintf(what, c.ID))
}

type clientDisableCommand struct{ surelyClient }

// Run disables the client.
func (c clientDisableCommand) Run(e *environment) error {
	return changed(e, func(o *access.Operator) (access.Client, error) {
		if err := c.agreed(e, o, "keep client %s from working and end its tokens"); err != nil {
			return access.Client{}, err
		}
		return o.EnableClient(e.ctx, c.ID, false)
	})
}

type clientEnableCommand struct{ oneClient }

// Run enables the client.
func (c clientEnableCommand) Run(e *environment) error {
	return changed(e, func(o *access.Operator) (access.Client, error) { return o.EnableClient(e.ctx, c.ID, true) })
}

// changed changes a client and shows it as it is then.
func changed(e *environment, by func(*access.Operator) (access.Client, error)) error {
	return operate(e, func(o *access.Operator) error {
		c, err := by(o)
		if err == nil {
			show(c)
		}
		return err
	})
}

type clientDeleteCommand struct{ surelyClient }

// Run deletes the client.
func (c clientDeleteCommand) Run(e *environment) error {
	return operate(e, func(o *access.Operator) error {
		err := c.agreed(e, o, "delete client %s and end its tokens")
		if err == nil {
			err = o.DeleteClient(e.ctx, c.ID)
		}
		if err == nil {
			fmt.Fprintf(os.Stdout, "the client %s is deleted; its tokens end within a second, and its name is closed to "+
				"those of another issuer\n", c.ID)
		}
		return err
	})
}
