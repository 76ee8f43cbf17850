package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
)

type clientCommand struct {
	Create  clientCreateCommand  `cmd:"" help:"Make a client of a partner or of a fleet."`
	List    clientListCommand    `cmd:"" help:"List all clients."`
	Show    clientShowCommand    `cmd:"" help:"Show a client and the ids of its secrets."`
	Rotate  clientRotateCommand  `cmd:"" help:"Give a client another secret."`
	Revoke  clientRevokeCommand  `cmd:"" help:"End one secret of a client, and the tokens that were given for it."`
	Scopes  clientScopesCommand  `cmd:"" help:"Set the scopes of a client; tokens with one that it loses end."`
	Disable clientDisableCommand `cmd:"" help:"Keep a client from working, and end its tokens."`
	Enable  clientEnableCommand  `cmd:"" help:"Let a disabled client work again."`
	Delete  clientDeleteCommand  `cmd:"" help:"Remove a client; its tokens end."`
}

// operate works on the database, beside a running service too.
func operate(e *environment, work func(*access.Operator) error) error {
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	return app.Operate(e.ctx, e.config, work)
}

type clientCreateCommand struct {
	ID      string   `arg:"" help:"The client's id."`
	Partner string   `help:"The partner's name; made if there is none of that name." xor:"owner" required:""`
	Fleet   string   `help:"The fleet: its id, or its name; made if there is none of that name." xor:"owner" required:""`
	Scope   []string `help:"A scope that the client gets; repeat for several. All that the owner can use if left out." aliases:"scopes"`
	Strict  bool     `help:"Leave out of answers, and of the events of its subscriptions, what the contract lacks; for decoders that refuse it."`
	Events  bool     `help:"Raise events of its sync writes as well; for a partner's client." name:"sync-events"`
}

// Help teaches the command.
func (clientCreateCommand) Help() string {
	return `A partner's client submits writes and subscribes to webhooks, within what fleets grant the partner.
A fleet's client connects the fleet to its TSPs and grants partners access (share agreements); it
cannot submit writes.

A fleet is known by a name that an operator gave it, if no other has it. A name that a partner or the
fleet itself gave is not certain: the command then tells which fleets there are, and takes the id of
one. "waybill fleet create" makes another of the same name. A name that makes a partner or a fleet, and
is nearly that of one that is there, is told on standard error.

Prints the client's secret once; only a hash of it is kept. A client that is there is not replaced:
"waybill client rotate" gives it another secret. Works beside a running service. Uses the database
named by WAYBILL_DATABASE_URL.

  waybill client create dispatch --partner "My TMS"
  waybill client create acme --fleet "Acme Freight"`
}

// Validate refuses what can be no id or name.
func (c clientCreateCommand) Validate() error {
	// HTTP Basic ends the id at a colon, and clients disagree on whether + and % are escaped there.
	if c.ID == "" ||
		strings.ContainsFunc(c.ID, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(":+%", r) }) {
		return fmt.Errorf("%q is no id of a client; write one such as dispatch, of ASCII letters, digits and signs but "+
			": + and %%", c.ID)
	}
	if c.Partner == "" && c.Fleet == "" {
		return errors.New("--partner or --fleet must name whose client it is")
	}
	if c.Events && c.Fleet != "" {
		return errors.New("--sync-events is for a partner's client; a fleet's client submits no writes")
	}
	return errors.Join(checkName("--partner", c.Partner), checkName("--fleet", c.Fleet))
}

// checkName refuses a name that would look like another one; "" stands for a flag that is left out.
func checkName(flag, name string) error {
	if name != strings.TrimSpace(name) || strings.ContainsFunc(name, unicode.IsControl) || !utf8.ValidString(name) {
		return fmt.Errorf("%s is %q; leave out the space around it and what cannot be printed", flag, name)
	}
	return nil
}

// Run makes the client.
func (c clientCreateCommand) Run(e *environment) error {
	var secret string
	var made access.Client
	var near []string
	err := operate(e, func(o *access.Operator) (err error) {
		order := access.ClientOrder{ID: c.ID, Owner: cmp.Or(c.Fleet, c.Partner), Scopes: c.Scope, Strict: c.Strict,
			SyncEvents: c.Events}
		if near, err = c.near(e.ctx, o); err != nil {
			return err
		}
		if c.Fleet != "" {
			secret, err = o.CreateFleetClient(e.ctx, order)
		} else {
			secret, err = o.CreateClient(e.ctx, order)
		}
		if err == nil {
			made, err = o.Client(e.ctx, c.ID)
		}
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "client_id: %s\nclient_secret: %s\n", c.ID, secret)
	printOwner(made)
	for _, n := range near {
		fmt.Fprintf(os.Stderr, "waybill: this has made another; there is one of nearly that name: %s\n", n)
	}
	return nil
}

// near lists owners whose names are nearly one that the command makes an owner of.
func (c clientCreateCommand) near(ctx context.Context, o *access.Operator) (all []string, err error) {
	if c.Fleet != "" {
		fleets, err := o.NearFleets(ctx, c.Fleet)
		for _, f := range fleets {
			all = append(all, f.String())
		}
		return all, err
	}
	partners, err := o.NearPartners(ctx, c.Partner)
	for _, p := range partners {
		all = append(all, fmt.Sprintf("partner %s %q, since %s", p.ID, p.Name, moment{p.CreatedAt}))
	}
	return all, err
}

// printOwner tells whose client it is, and since when that one is there: a name that was mistyped has
// made one this minute.
func printOwner(c access.Client) {
	if c.Fleet.Name != "" {
		fmt.Fprintf(os.Stdout, "fleet_id: %s\nfleet: %s, since %s\n", c.Fleet.ID, c.Fleet.Name, moment{c.Fleet.CreatedAt})
		return
	}
	fmt.Fprintf(os.Stdout, "partner_id: %s\npartner: %s, since %s\n", c.Partner.ID, c.Partner.Name,
		moment{c.Partner.CreatedAt})
}

// String is the time as moments are given.
func (m moment) String() string { return m.UTC().Format(time.RFC3339) }

type clientListCommand struct{}

// Run lists the clients.
func (clientListCommand) Run(e *environment) error {
	return operate(e, func(o *access.Operator) error {
		all, err := o.Clients(e.ctx)
		for _, c := range all {
			fmt.Fprintln(os.Stdout, c)
		}
		return err
	})
}

// oneClient is what commands about one client take.
type oneClient struct {
	ID string `arg:"" help:"The client's id."`
}

type clientShowCommand struct{ oneClient }

// Run shows the client.
func (c clientShowCommand) Run(e *environment) error {
	return operate(e, func(o *access.Operator) error {
		found, err := o.Client(e.ctx, c.ID)
		if err == nil {
			show(found)
		}
		return err
	})
}

// show prints a client, and of its secrets what tells them apart.
func show(c access.Client) {
	state := "enabled"
	if c.Disabled {
		state = "disabled"
	}
	fmt.Fprintf(os.Stdout, "client_id: %s\nstatus: %s\n", c.ID, state)
	printOwner(c)
	fmt.Fprintf(os.Stdout, "scopes: %s\nsince: %s\nchanged: %s\n", strings.Join(c.Scopes, " "), moment{c.CreatedAt},
		moment{c.UpdatedAt})
	for _, s := range c.Secrets {
		fmt.Fprintf(os.Stdout, "secret: %s\n", s)
	}
}

type clientRotateCommand struct {
	surelyClient
	Overlap overlap `help:"How long the secrets that there are work on, such as 24h. They end at once if left out." placeholder:"TIME"`
}

// Help teaches the command.
func (clientRotateCommand) Help() string {
	return `Prints the new secret once. With --overlap the old secrets and their tokens work until that time is
over; without it they end at once, as after a leak, and you are asked first. Works beside a running service.

  waybill client rotate dispatch --overlap 24h`
}

// overlap is for how long secrets work on beside a new one.
type overlap time.Duration

// mostOverlap is what callers may need to learn of a new secret. With more the old one is not replaced.
const mostOverlap = 90 * 24 * time.Hour

// UnmarshalText reads a time with its unit.
func (o *overlap) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no time for which secrets work on; write one with its unit, such as 24h", text)
	}
	if d > mostOverlap {
		return fmt.Errorf("%s is longer than %s; rotate the client when its callers can take the new secret", text,
			mostOverlap)
	}
	*o = overlap(d)
	return nil
}

// Run gives the client another secret.
func (c clientRotateCommand) Run(e *environment) error {
	return operate(e, func(o *access.Operator) error {
		if c.Overlap == 0 {
			if err := c.agreed(e, o, "end the secrets of client %s at once, with what still uses them (--overlap lets them work on)"); err != nil {
				return err
			}
		}
		secret, err := o.RotateSecret(e.ctx, c.ID, time.Duration(c.Overlap))
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stdout, "client_id: %s\nclient_secret: %s\n", c.ID, secret)
		return nil
	})
}

type clientRevokeCommand struct {
	surelyClient
	Secret string `arg:"" help:"The id of the secret, as waybill client show tells it."`
}

// Run ends the secret.
func (c clientRevokeCommand) Run(e *environment) error {
	return changed(e, func(o *access.Operator) (access.Client, error) {
		if err := c.agreed(e, o, "end secret "+strings.ReplaceAll(c.Secret, "%", "%%")+" of client %s, and the tokens that were given for it"); err != nil {
			return access.Client{}, err
		}
		return o.RevokeSecret(e.ctx, c.ID, c.Secret)
	})
}
