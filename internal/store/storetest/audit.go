package storetest

import (
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func audits() []rule {
	return []rule{
		{"a change is logged with who made it, in its transaction", changeIsLogged},
		{"what is refused, and what changes nothing, is not logged", nothingIsNotLogged},
		{"the log is one chain over crashes and processes, and its head is its end", logIsAChain},
		{"what a connection founds is logged once", foundingIsLoggedOnce},
	}
}

// logged are the entries of the log, which must be whole.
func (s *stand) logged() []audit.Entry {
	s.t.Helper()
	all := got[[]audit.Entry](s)(s.Entries(s.t.Context(), 0, 1000))
	head, err := audit.Head{}.Verify(all)
	if err != nil {
		s.t.Error(err)
	}
	is(s.t, "the head", got[audit.Head](s)(s.AuditHead(s.t.Context())), head)
	return all
}

func changeIsLogged(t *testing.T, s *stand) {
	who := audit.Actor{Name: "client:c", Request: "r-1", Remote: "192.0.2.1"}
	ctx := audit.By(t.Context(), who)
	c := access.Client{ID: "c", Partner: access.Partner{ID: uuid.New(), Name: "P"}, Secrets: []access.Secret{{ID: "s1", Hash: []byte{1}}}}
	s.must(s.InsertClient(ctx, c))
	c = got[access.Client](s)(s.Client(ctx, "c"))
	s.later(at(1).Sub(noon()))
	to := c
	to.Scopes, to.Secrets, to.UpdatedAt = []string{"a:read"}, []access.Secret{{ID: "s2", Hash: []byte{2}}}, at(1)
	s.must(s.ChangeClient(t.Context(), c, to))
	sub := s.subscribe(subscribed(c.Partner.ID, eventName))
	s.must(s.ChangeSubscription(ctx, moved(t, sub, webhook.Delete)))
	s.must(s.Note(ctx, audit.Entry{Action: "started", Object: "service"}))
	all := s.crashed().logged()
	want := []audit.Entry{
		{At: noon(), Actor: who, Action: "created", Object: "client_secret:c:s1"},
		{At: noon(), Actor: who, Action: "created", Object: "client:c"},
		{At: noon(), Actor: who, Action: "created", Object: "partner:" + c.Partner.ID.String()},
		{At: at(1), Actor: audit.Actor{Name: "waybill"}, Action: "created", Object: "client_secret:c:s2"},
		{At: at(1), Actor: audit.Actor{Name: "waybill"}, Action: "deleted", Object: "client_secret:c:s1"},
		{At: at(1), Actor: audit.Actor{Name: "waybill"}, Action: "changed", Object: "client:c", Changed: []string{"scopes"}},
		{At: at(1), Actor: audit.Actor{Name: "waybill"}, Action: "created", Object: "webhook:" + sub.ID.String()},
		{At: at(1), Actor: who, Action: "changed", Object: "webhook:" + sub.ID.String(), Changed: []string{"status"}},
		{At: at(1), Actor: who, Action: "started", Object: "service"},
	}
	is(t, "entries", len(all), len(want))
	for i, w := range want {
		e := all[min(i, len(all)-1)]
		if w.Changed == nil {
			w.Changed = []string{}
		}
		w.Seq, w.Hash, w.Before, w.After = int64(i+1), e.Hash, e.Before, e.After
		same(t, w.Object, e, w)
	}
	is(t, "what it was is what it became", all[5].Before, all[1].After)
}

func nothingIsNotLogged(t *testing.T, s *stand) {
	c := access.Client{ID: "c", Partner: access.Partner{ID: uuid.New(), Name: "P"}}
	s.must(s.InsertClient(t.Context(), c))
	c = got[access.Client](s)(s.Client(t.Context(), "c"))
	sub := s.subscribe(subscribed(c.Partner.ID, eventName))
	before := len(s.logged())
	s.must(s.ChangeClient(t.Context(), c, c))
	fails(t, "a second client", s.InsertClient(t.Context(), c), access.ErrClientExists)
	fails(t, "a subscription twice", s.InsertSubscriptions(t.Context(), []webhook.Subscription{sub}, manySubscriptions), webhook.ErrDuplicate)
	foreign := moved(t, sub, webhook.Delete)
	foreign.From.Partner = uuid.New()
	fails(t, "a foreign one", s.ChangeSubscription(t.Context(), foreign), fence.ErrOvertaken)
	is(t, "entries", len(s.logged()), before)
}

func logIsAChain(t *testing.T, s *stand) {
	is(t, "the head of an empty log", got[audit.Head](s)(s.AuditHead(t.Context())), audit.Head{})
	other := s.beside()
	for range 3 {
		s.must(s.Note(t.Context(), audit.Entry{Action: "started", Object: "one"}))
		s.must(other.Note(t.Context(), audit.Entry{Action: "started", Object: "two"}))
	}
	s = s.crashed()
	s.must(s.Note(t.Context(), audit.Entry{Action: "started", Object: "three"}))
	is(t, "entries", len(s.logged()), 7)
	is(t, "behind the fifth", len(got[[]audit.Entry](s)(s.Entries(t.Context(), 5, 1))), 1)
}

func foundingIsLoggedOnce(t *testing.T, s *stand) {
	f := access.Fleet{ID: uuid.New(), Name: "F", NamedBy: access.ByPartner}
	g := granted(s.partner(), f.ID)
	c := connected(f.ID)
	before := len(s.logged())
	s.must(s.InsertConnection(t.Context(), connection.Change{To: c, Founds: &connection.Founding{Fleet: f, Grant: g}}))
	made := map[string]int{}
	for _, e := range s.logged()[before:] {
		made[e.Action+" "+e.Object]++
	}
	same(t, "entries", made, map[string]int{"created fleet:" + f.ID.String(): 1,
		"created share_agreement:" + g.ID.String(): 1, "created connection:" + c.ID.String(): 1})
}
