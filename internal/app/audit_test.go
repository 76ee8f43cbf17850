package app_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/app"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/store"
)

// audited lists the entries of the house's audit log as "actor action object".
func (h *house) audited() []string {
	h.t.Helper()
	var all []string
	err := app.EachEntry(h.t.Context(), h.config, 0, func(e audit.Entry) error {
		kind, _, _ := strings.Cut(e.Object, ":")
		all = append(all, strings.Join([]string{e.Name, e.Action, kind, strings.Join(e.Changed, ",")}, " "))
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func TestTheAuditLogTellsWhoChangedWhat(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.do("POST", connections, samsaraBody("fleet-2", "samsara-demo-token"))
	one := connections + "/" + made.field("id")
	h.do("PATCH", one, `{"description":"second yard"}`)
	h.do("PATCH", one, `{"credentials":{"token":"samsara-demo-token"}}`)
	h.do("PATCH", one, `{"credentials":{"token":"samsara-wrong-token"}}`)
	h.do("DELETE", one, "")
	hook := h.do("POST", "/v2/notifications/webhooks",
		`{"url":"https://hooks.example/in","event_name":"connection.created"}`)
	h.do("DELETE", "/v2/notifications/webhooks/"+hook.field("id"), "")
	ctx := audit.By(t.Context(), audit.Actor{Name: "operator:root"})
	if _, err := h.operator().CreateClient(ctx, access.ClientOrder{ID: "tms", Owner: "TMS"}); err != nil {
		t.Fatal(err)
	}
	h.do("POST", "/realms/waybill/protocol/openid-connect/revoke",
		"client_id=demo&client_secret=demo-secret&token="+h.token,
		"Content-Type", "application/x-www-form-urlencoded")
	got := h.audited()
	for _, want := range []string{"waybill started service ", "client:demo created connection ",
		"client:demo created fleet ", "client:demo created share_agreement ", "client:demo changed connection description",
		"client:demo changed connection sealed,version", "client:demo created webhook ", "client:demo changed webhook status",
		"operator:root created client ", "operator:root created partner ",
		"client:demo created token_revocation "} {
		if !slices.ContainsFunc(got, func(line string) bool { return strings.HasPrefix(line, want) }) {
			t.Errorf("no entry %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
	if _, _, err := app.VerifyAudit(t.Context(), h.config); err != nil {
		t.Error(err)
	}
}

func TestALogThatWasCutShortOrMadeAnewIsTold(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ spoil, says string }{
		"an entry is changed": {`UPDATE audit SET actor = 'operator:other' WHERE seq = 2`, "entry 2"},
		"an entry is gone":    {`DELETE FROM audit WHERE seq = 2`, "entry 2 is missing"},
		"the end is cut off":  {`DELETE FROM audit WHERE seq >= 2`, "once held entry"},
		"all is gone":         {`DELETE FROM audit`, "once held entry"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.until("the head is sealed", func() bool {
				head, unseen, err := app.VerifyAudit(t.Context(), h.config)
				return unseen == "" && err == nil && head.Seq > 1
			})
			h.stop()
			whole, unseen, err := app.VerifyAudit(t.Context(), h.config)
			if err != nil || unseen != "" {
				t.Fatalf("%v, %v", unseen, err)
			}
			db, of := beneath(t, h.config.DatabaseURL), ""
			if store.Shared(h.config.DatabaseURL) {
				of = " ON audit"
			}
			if _, err := db.Exec(c.spoil); err == nil || !strings.Contains(err.Error(), "only appended to") {
				t.Errorf("with the table as it is: %v", err)
			}
			for _, statement := range []string{"DROP TRIGGER audit_is_not_changed" + of, "DROP TRIGGER audit_is_not_deleted" + of,
				c.spoil} {
				if _, err := db.Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
			if _, _, err := app.VerifyAudit(t.Context(), h.config); !errors.Is(err, audit.ErrBroken) ||
				!strings.Contains(err.Error(), c.says) {
				t.Errorf("with the sealed head: %v", err)
			}
			keyless := h.config
			keyless.Key = ""
			if _, unseen, err := app.VerifyAudit(t.Context(), keyless, whole); !strings.Contains(unseen, "no key") ||
				!errors.Is(err, audit.ErrBroken) {
				t.Errorf("with a head that was kept elsewhere: %v", err)
			}
		})
	}
}
