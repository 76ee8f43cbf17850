package main

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"time"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/audit"
)

type auditCommand struct {
	List   auditListCommand   `cmd:"" help:"Show the newest entries: who changed what, and when."`
	Export auditExportCommand `cmd:"" help:"Print all entries, or those behind a number, as JSON lines."`
	Verify auditVerifyCommand `cmd:"" help:"Tell whether the log is as it was written."`
}

type auditListCommand struct {
	Last int `help:"How many entries are shown." default:"50"`
}

// Help teaches the command.
func (auditListCommand) Help() string {
	return `The log holds each change of clients, tokens, share agreements, connections, webhooks and keys, and each
start with settings: when, by whom (an operator's command, a client, the service itself), from where, and
which members changed. Of their values it holds digests alone. Works beside a running service.
Uses the database named by WAYBILL_DATABASE_URL.`
}

// Run prints the entries.
func (a auditListCommand) Run(e *environment) error {
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	var last []audit.Entry
	err := app.EachEntry(e.ctx, e.config, 0, func(one audit.Entry) error {
		if last = append(last, one); len(last) > max(a.Last, 0) {
			last = last[1:]
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, one := range last {
		fmt.Fprintf(os.Stdout, "%6d  %s  %-24s  %-8s %s  %s  %s\n", one.Seq, one.At.Format(time.RFC3339), one.Name,
			one.Action, one.Object, cmp.Or(strings.Join(one.Changed, ","), "-"), cmp.Or(one.Remote, "-"))
	}
	return nil
}

type auditExportCommand struct {
	After int64 `help:"Only entries behind this number, as an earlier export ended with." placeholder:"SEQ"`
}

// Run prints the entries.
func (a auditExportCommand) Run(e *environment) error {
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	return app.EachEntry(e.ctx, e.config, a.After, func(one audit.Entry) error {
		text, err := json.Marshal(one)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(os.Stdout, "%s\n", text)
		return err
	})
}

type auditVerifyCommand struct {
	Head []string `help:"A head that an earlier run printed, which the log must still hold; repeat for several." placeholder:"SEQ:HASH"`
}

// Help teaches the command.
func (auditVerifyCommand) Help() string {
	return `Follows the chain of the log from its first entry and tells the first that is not as it was written, then
prints the head: the last entry's number and hash. Keep heads where whoever can write the database
cannot, and give them to a later run: a log that was cut short or made anew does not hold them. With the
key (WAYBILL_KEY_FILE) the head that the service seals each minute is held against the log as well, and
told if it is gone. Triggers of the log's table that are gone are told too.

  waybill audit verify
  waybill audit verify --head 812:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08`
}

// Run verifies the log.
func (a auditVerifyCommand) Run(e *environment) error {
	var known []audit.Head
	for _, text := range a.Head {
		head, err := audit.ParseHead(text)
		if err != nil {
			return misuse{"--head: " + err.Error()}
		}
		known = append(known, head)
	}
	if err := e.settings(app.CheckDatabase, usableKey); err != nil {
		return err
	}
	end, unseen, err := app.VerifyAudit(e.ctx, e.config, known...)
	if err != nil {
		return err
	}
	if unseen != "" {
		fmt.Fprintln(os.Stdout, "the sealed head was not looked at:", unseen)
	}
	fmt.Fprintln(os.Stdout, "the log is whole; its head is", end)
	return nil
}
