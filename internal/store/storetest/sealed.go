package storetest

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/webhook"
)

func sealedAtRest() []rule {
	return []rule{
		{"what is sealed lies nowhere as it is, neither before nor after the store is closed", sealedIsNotThere},
		{"what lay there before it was sealed is sealed in portions until none of it is left", oldIsSealed},
		{"what was sealed is read once nothing is sealed any more, and stays as it is", offIsRead},
		{"what an older key has sealed is read, and sealed with the newest in portions", olderKeyIsRenewed},
		{"what does not open is told row by row, stays as it is, and keeps no other from being sealed", closedIsTold},
		{"without a key what is sealed is an error and never an empty text", withoutKeyIsAnError},
		{"a change of what lies in another form is logged as what was changed alone", formIsNotLogged},
		{"one URL is one receiver and one subscription, however it lies", urlIsOne},
		{"a URL that comes to lie in another form moves nothing of what waits there", formMovesNothing},
	}
}

// sensitive stands in everything that can be sealed.
const sensitive = "Anna-Berg-is-late-at-gate-9"

// spoken is what holds sensitive texts.
type spoken struct {
	sub, filed webhook.Subscription
	op         operation.Operation
}

// speaks stores sensitive texts in each place that can be sealed, longer than a page of the file where
// they can be.
func (s *stand) speaks() (all spoken) {
	s.t.Helper()
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	all.sub, all.filed = subscribed(partner, eventName), subscribed(partner, eventName)
	all.sub.URL += "/" + sensitive
	all.filed.URL = webhook.FeedURL
	s.subscribe(all.sub)
	s.subscribe(all.filed)
	long := []byte(`{"text":"` + strings.Repeat(sensitive+" ", 2000) + `"}`)
	for range 2 {
		e := fact(partner, fleet)
		e.Data = long
		s.publish(e)
	}
	got[int](s)(s.File(s.t.Context(), s.laneOf(all.filed).ID))
	s.must(s.SettleDelivery(s.t.Context(), settled(all.sub, s.waiting(all.sub)[0], webhook.DeliveryDead)))
	op := queued(uuid.New())
	op.Payload = long
	set := settlement(s.begin(s.accept(op), at(1)), operation.Succeeded)
	set.Attempts[0].Details = strings.Repeat(sensitive+" ", 500)
	set.Attempts[0].Headers = map[string]string{"x-note": sensitive}
	set.Operation.Verification = operation.NewVerification(operation.Unverifiable, strings.Repeat(sensitive+" ", 500))
	set.Kept = op.KeptOf(set.Attempts, []tsp.Exchange{called(sensitive)})
	s.must(s.Settle(s.t.Context(), set))
	all.op = set.Operation
	return all
}

// heard are the texts that speaks has stored.
func (s *stand) heard(all spoken) []string {
	s.t.Helper()
	sub := got[webhook.Subscription](s)(s.SubscriptionByID(s.t.Context(), all.sub.ID))
	to := got[webhook.Receiver](s)(s.ReceiverOf(s.t.Context(), sub.Partner, all.sub.URL))
	op := s.read(all.op)
	texts := []string{sub.URL, to.URL, string(op.Payload), op.Attempts[0].Details, op.Attempts[0].Headers["x-note"],
		op.Verification.Reason}
	for _, k := range s.calls(op) {
		texts = append(texts, *k.Calls[0].Request.Body)
	}
	for _, f := range got[[]webhook.Filed](s)(s.Filed(s.t.Context(), s.laneOf(all.filed).ID, 0, 9)) {
		texts = append(texts, string(f.Event.Data))
	}
	for _, w := range s.waiting(all.sub) {
		texts = append(texts, string(w.Event.Data))
	}
	for _, d := range got[page.Found[webhook.DeadLetter]](s)(s.DeadLetters(s.t.Context(),
		webhook.DeadLetterQuery{Subscription: all.sub.ID, Window: everything()})).Entries {
		texts = append(texts, string(d.Event.Data))
	}
	return texts
}

// hears ends the test unless all that speaks has stored is read.
func (s *stand) hears(all spoken) {
	s.t.Helper()
	texts := s.heard(all)
	is(s.t, "texts", len(texts), 11)
	for i, text := range texts {
		if !strings.Contains(text, sensitive) {
			s.t.Errorf("text %d is %.80q", i, text)
		}
	}
}

// reseals goes through all that can be sealed and returns how many rows it changed, and in how many
// portions.
func (s *stand) reseals() (changed, portions int) {
	s.t.Helper()
	changed, portions, closed := s.sealsAnew()
	is(s.t, "rows that do not open", len(closed), 0)
	return changed, portions
}

// sealsAnew does so where some rows do not open.
func (s *stand) sealsAnew() (changed, portions int, closed []string) {
	s.t.Helper()
	for _, some := range []func(context.Context, string) (string, int, map[string]error, error){
		s.ResealURLs, s.ResealEvents, s.ResealOperations} {
		for after := ""; ; {
			next, n, shut, err := some(s.t.Context(), after)
			s.must(err)
			changed, portions = changed+n, portions+1
			for row, why := range shut {
				is(s.t, row+" has a reason", why != nil, true)
				closed = append(closed, row)
			}
			if after = next; next == "" {
				break
			}
		}
	}
	slices.Sort(closed)
	return changed, portions, closed
}

// lies tells whether sensitive texts lie on disk as they are.
func (s *stand) lies() bool { return bytes.Contains(s.engine.Raw(s.t), []byte(sensitive)) }

func sealedIsNotThere(t *testing.T, s *stand) {
	all := s.speaks()
	s.hears(all)
	is(t, "texts lie as they are", s.lies(), !s.with.on)
	s.must(s.Close())
	is(t, "texts lie as they are behind the end", s.lies(), !s.with.on)
}

func oldIsSealed(t *testing.T, s *stand) {
	const many = 150
	clear := s.besideWith(s.with.off())
	all := clear.speaks()
	for range many {
		clear.accept(queued(uuid.New()))
	}
	before := s.heard(all)
	changed, portions := s.reseals()
	same(t, "read", s.heard(all), before)
	again, _ := s.reseals()
	is(t, "changed by a second time", again, 0)
	s.must(clear.Close())
	s.must(s.Close())
	if !s.with.on {
		is(t, "changed", changed, 0)
		return
	}
	if changed < many || portions < 6 {
		t.Errorf("%d were changed in %d portions", changed, portions)
	}
	is(t, "texts lie as they are", s.lies(), false)
}

func offIsRead(t *testing.T, s *stand) {
	all := s.speaks()
	off := s.besideWith(s.with.off())
	off.hears(all)
	changed, _ := off.reseals()
	is(t, "changed", changed, 0)
	off.hears(off.speaks())
	s.hears(all)
}

func olderKeyIsRenewed(t *testing.T, s *stand) {
	all := s.speaks()
	newer := s.with.rotated(t)
	for i, with := range []*sealing{newer.off(), newer} {
		next := s.besideWith(with)
		next.hears(all)
		changed, _ := next.reseals()
		is(t, "the first time something was changed", changed > 0, s.with.on && i == 0)
		again, _ := next.reseals()
		is(t, "changed by a second time", again, 0)
		next.hears(all)
	}
}

// closedIsTold has rows of a key that nobody has any more among others that are to be sealed.
func closedIsTold(t *testing.T, s *stand) {
	lost := s.besideWith(s.with.foreign(t))
	shut := lost.speaks()
	clear := s.besideWith(s.with.off())
	open := clear.speaks()
	changed, _, closed := s.sealsAnew()
	s.hears(open)
	lost.hears(shut)
	is(t, "others were sealed", changed > 0, s.with.on)
	if !s.with.on {
		is(t, "rows that do not open", len(closed), 0)
		return
	}
	for _, row := range []string{"receiver " + s.laneOf(open.sub).ID.String(), "operation " + shut.op.ID.String(),
		"attempt " + shut.op.ID.String() + " 1"} {
		is(t, row+" is told", slices.Contains(closed, row), !strings.HasPrefix(row, "receiver"))
	}
	tables := map[string]int{}
	for _, row := range closed {
		table, _, _ := strings.Cut(row, " ")
		tables[table]++
	}
	same(t, "rows that do not open", tables, map[string]int{"receiver": 2, "event": 2, "feed": 2, "operation": 3, "attempt": 1, "exchange": 1})
	again, _, _ := s.sealsAnew()
	is(t, "changed by a second time", again, 0)
}

func withoutKeyIsAnError(t *testing.T, s *stand) {
	all := s.speaks()
	other := s.besideWith(nil)
	_, failed := other.SubscriptionByID(t.Context(), all.sub.ID)
	is(t, "the URL is an error", failed != nil, s.with.on)
	_, failed = other.Operation(t.Context(), all.op.Partner, all.op.Connection, all.op.ID)
	is(t, "the payload is an error", failed != nil, s.with.on)
	_, failed = other.Exchanges(t.Context(), all.op.ID)
	is(t, "the calls are an error", failed != nil, s.with.on)
	_, failed = other.Filed(t.Context(), s.laneOf(all.filed).ID, 0, 9)
	is(t, "the data are an error", failed != nil, s.with.on)
}
