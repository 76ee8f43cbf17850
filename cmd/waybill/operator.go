package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/cli"
	"github.com/waybill-dev/waybill/internal/operator"
)

type operatorCommand struct {
	Create  operatorCreateCommand  `cmd:"" help:"Make an operator, and print the first one-time code."`
	List    operatorListCommand    `cmd:"" help:"List all operators, and what each may do."`
	Set     operatorSetCommand     `cmd:"" help:"Change an operator's name, role, or whether a viewer sees payloads."`
	Link    operatorLinkCommand    `cmd:"" help:"Print another one-time code of an operator; the one before ends."`
	Disable operatorDisableCommand `cmd:"" help:"Keep an operator out, and end all of their sessions."`
	Enable  operatorEnableCommand  `cmd:"" help:"Let a disabled operator in again."`
	Delete  operatorDeleteCommand  `cmd:"" help:"Delete an operator, and end all of their sessions."`
}

// atDesk works on operators, beside a running service too.
func atDesk(e *environment, work func(*operator.Desk) error) error {
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	return app.Operators(e.ctx, e.config, work)
}

// role is an operator's as a flag.
type role operator.Role

// UnmarshalText reads a role.
func (r *role) UnmarshalText(text []byte) error {
	read, err := operator.ParseRole(string(text))
	*r = role(read)
	return err
}

type operatorCreateCommand struct {
	Email    string `arg:"" help:"The operator's email address, by which the commands and the audit log name them."`
	Name     string `help:"The operator's name." required:""`
	Role     role   `help:"What the operator may do: viewer (reads), operator (also acts on writes and deliveries) or admin (also on connections)." default:"viewer"`
	Payloads bool   `help:"Let a viewer see what was written; operators and admins do."`
}

// Help teaches the command.
func (operatorCreateCommand) Help() string {
	return `Prints a one-time code: it signs the operator in once, at /console/sign-in, within 15 minutes; "waybill
operator link" makes the next. With WAYBILL_CONSOLE_URL it prints a link as well that fills the code in.
Only a hash of the code is kept. The console is served with WAYBILL_CONSOLE=on. Where an issuer of yours
signs people in (WAYBILL_CONSOLE_OIDC_ISSUER) nobody need be made. Works beside a running service. Uses
the database named by WAYBILL_DATABASE_URL.

  waybill operator create ada@carrier.example --name "Ada Lind" --role admin`
}

// Validate refuses what can be no operator.
func (c operatorCreateCommand) Validate() error {
	if _, err := operator.CheckEmail(c.Email); err != nil {
		return err
	}
	if c.Payloads && operator.Role(c.Role) != operator.Viewer {
		return operator.ErrPayloads
	}
	return checkPerson(c.Name)
}

// checkPerson refuses what is no name of an operator, by the flag that gives it.
func checkPerson(name string) error {
	if name == "" {
		return errors.New(`--name is missing; give the operator's name, such as --name "Ada Lind"`)
	}
	if err := operator.CheckName(name); err != nil {
		return fmt.Errorf("--name: %w", err)
	}
	return nil
}

// Run makes the operator.
func (c operatorCreateCommand) Run(e *environment) error {
	return atDesk(e, func(d *operator.Desk) error {
		o, text, code, err := d.Create(e.ctx, operator.Order{Email: c.Email, Name: c.Name, Role: operator.Role(c.Role),
			Payloads: c.Payloads})
		if err == nil {
			printCode(e, o, text, code)
		}
		return err
	})
}

// printCode tells an operator's code, and where it is for.
func printCode(e *environment, o operator.Operator, text string, code operator.Code) {
	fmt.Fprintf(os.Stdout, "operator_id: %s\noperator: %s <%s>, %s\ncode: %s\n", o.ID, o.Name, o.Email, o.Role, text)
	if at := e.config.Console.URL; at != "" {
		fmt.Fprintf(os.Stdout, "link: %s/console/sign-in?code=%s\n", at, url.QueryEscape(text))
	}
	fmt.Fprintf(os.Stdout, "works: once, until %s\n", moment{code.ExpiresAt})
}

type operatorListCommand struct{}

// Run lists the operators.
func (operatorListCommand) Run(e *environment) error {
	return atDesk(e, func(d *operator.Desk) error {
		all, err := d.All(e.ctx)
		for _, o := range all {
			fmt.Fprintln(os.Stdout, o)
		}
		return err
	})
}

// oneOperator is what commands about one operator take.
type oneOperator struct {
	Operator string `arg:"" help:"The operator's email address, or the id that waybill operator list shows."`
}

type operatorSetCommand struct {
	oneOperator
	Name     *string `help:"The operator's name."`
	Role     *role   `help:"What the operator may do: viewer (reads), operator (also acts on writes and deliveries) or admin (also on connections)."`
	Payloads *bool   `help:"Whether a viewer sees what was written; operators and admins do." negatable:""`
	Anyway   bool    `help:"Take the role from the last admin, too."`
}

// Help teaches the command.
func (operatorSetCommand) Help() string {
	return `What is left out stays. Another role, or other payloads, ends the operator's sessions and the code that
was not used yet. Who comes from an issuer is as that one says, and cannot be set here. Works beside a
running service, at once.

  waybill operator set ada@carrier.example --role operator
  waybill operator set bo@carrier.example --no-payloads`
}

// Validate refuses to change nothing.
func (c operatorSetCommand) Validate() error {
	if c.Name == nil && c.Role == nil && c.Payloads == nil {
		return fmt.Errorf("nothing is to be changed; give --name, --role, --payloads or --no-payloads")
	}
	if c.Name != nil {
		return checkPerson(*c.Name)
	}
	return nil
}

// Run changes the operator.
func (c operatorSetCommand) Run(e *environment) error {
	return atDesk(e, func(d *operator.Desk) error {
		return told(d.Set(e.ctx, c.Operator, operator.Change{Name: c.Name, Role: (*operator.Role)(c.Role), Payloads: c.Payloads, Sure: c.Anyway}))
	})
}

// told shows an operator as he is after a change.
func told(o operator.Operator, err error) error {
	if err == nil {
		fmt.Fprintln(os.Stdout, o)
	}
	return err
}

type operatorLinkCommand struct{ oneOperator }

// Run makes the code.
func (c operatorLinkCommand) Run(e *environment) error {
	return atDesk(e, func(d *operator.Desk) error {
		o, text, code, err := d.Link(e.ctx, c.Operator)
		if err == nil {
			printCode(e, o, text, code)
		}
		return err
	})
}

type operatorDisableCommand struct {
	oneOperator
	cli.Sure
	Anyway bool `help:"Keep out the last admin, too."`
}

// Run keeps the operator out.
func (c operatorDisableCommand) Run(e *environment) error {
	return atDesk(e, func(d *operator.Desk) error {
		o, err := d.Named(e.ctx, c.Operator)
		if err == nil {
			err = c.Agreed(e.session, "keep operator "+o.Email+" out and end their sessions")
		}
		if err != nil {
			return err
		}
		return told(d.Disable(e.ctx, c.Operator, c.Anyway))
	})
}

type operatorEnableCommand struct{ oneOperator }

// Run lets the operator in.
func (c operatorEnableCommand) Run(e *environment) error {
	return atDesk(e, func(d *operator.Desk) error { return told(d.Enable(e.ctx, c.Operator)) })
}

type operatorDeleteCommand struct {
	oneOperator
	cli.Sure
	Anyway bool `help:"Delete whom would be missed, too: the last admin, or one who is kept out and could come back by the issuer."`
}

// Help teaches the command.
func (operatorDeleteCommand) Help() string {
	return `Their sessions and their code end at once. What they did stays in the audit log, under their email. Whom your
issuer lets in is made anew at the next sign-in there; "waybill operator disable" keeps them out.

  waybill operator delete ada@carrier.example --yes`
}

// Run deletes the operator.
func (c operatorDeleteCommand) Run(e *environment) error {
	return atDesk(e, func(d *operator.Desk) error {
		o, err := d.Named(e.ctx, c.Operator)
		if err == nil {
			err = c.Agreed(e.session, "delete operator "+o.Email+" and end their sessions")
		}
		if err == nil {
			o, err = d.Delete(e.ctx, c.Operator, c.Anyway)
		}
		if err == nil {
			fmt.Fprintf(os.Stdout, "deleted: %s\n", o)
		}
		return err
	})
}
