package main

import (
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/cli"
)

type partnerCommand struct {
	List partnerListCommand `cmd:"" help:"List all partners: who calls the API for fleets."`
}

type partnerListCommand struct{ cli.Shape }

// Help teaches the command.
func (partnerListCommand) Help() string {
	return `Lists the partners, newest first. A partner is made with its first client ("waybill client create NAME
--partner NAME"); "waybill client list" tells of its clients, and "waybill fleet list" of the fleets that grant it
something. Works beside a running service. Uses the database named by WAYBILL_DATABASE_URL.

  waybill partner list
  waybill partner list -o json`
}

// partnerThing is a partner as programs read it.
type partnerThing struct {
	ID      uuid.UUID `json:"partner_id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created_at"`
}

// Run lists the partners.
func (p partnerListCommand) Run(e *environment) error {
	return operate(e, func(o *access.Operator) error {
		all, err := o.Partners(e.ctx)
		if err != nil {
			return err
		}
		l := cli.Listed[partnerThing]{Name: "partner_id", Heads: []string{"PARTNER", "NAME", "SINCE"}}
		for _, one := range all {
			l.Things = append(l.Things, partnerThing{one.ID, one.Name, one.CreatedAt.UTC()})
			l.Rows = append(l.Rows, []string{one.ID.String(), one.Name, moment{one.CreatedAt}.String()})
		}
		return l.Write(e.session, p.Shape)
	})
}
