package storetest

import (
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/event"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

func verifications() []rule {
	return []rule{
		{"what is to be read back is due from its moment on, and survives a crash", verificationIsDue},
		{"of two who have read a record back one is overtaken and changes nothing", verificationIsOvertaken},
		{"a record may have been rewritten once a later update of it waits, or what was sent for one may take effect",
			recordIsRewritten},
		{"a sync operation whose events were chosen is told of, also where its process dies", syncEndsAreTold},
	}
}

// verified is the settlement of an update whose record is due to be read back.
func verified(op operation.Operation, due time.Time) operation.Settlement {
	set := settlement(op, operation.Succeeded)
	set.Operation.Verification = operation.NewVerification(operation.Unverified, "not yet")
	set.Operation.Verification.Before = map[string]jsontext.Value{"notes": jsontext.Value(`"` + sensitive + `"`)}
	set.Operation.VerifyAt = due
	return set
}

// writing is an update of a record that is to be verified.
func writing(conn, rec uuid.UUID) operation.Operation {
	op := queued(conn)
	op.Kind, op.Verb, op.Resource, op.Verify = resource.KindVehicle, resource.Update, rec, true
	op.OrderKey = "vehicle.update/" + rec.String()
	return op
}

func verificationIsDue(t *testing.T, s *stand) {
	conn, other := uuid.New(), uuid.New()
	first, second := s.accept(writing(conn, uuid.New())), s.accept(writing(conn, uuid.New()))
	third := s.accept(writing(other, uuid.New()))
	is(t, "it is to be verified", first.Verify, true)
	s.must(s.Settle(t.Context(), verified(first, at(9))))
	s.must(s.Settle(t.Context(), verified(second, at(5))))
	s.must(s.Settle(t.Context(), verified(third, at(20))))
	s.settle(s.accept(writing(conn, uuid.New())), operation.Succeeded)
	s = s.crashed()
	due := func(minute, most int) []uuid.UUID {
		return idsOf(got[[]operation.Operation](s)(s.Due(t.Context(), conn, at(minute), most)))
	}
	same(t, "before", due(4, 9), []uuid.UUID(nil))
	same(t, "the first moment", due(5, 9), []uuid.UUID{second.ID})
	same(t, "the oldest", due(9, 1), []uuid.UUID{second.ID})
	is(t, "all", len(due(9, 9)), 2)
	same(t, "connections", got[[]uuid.UUID](s)(s.Verifying(t.Context(), at(9))), []uuid.UUID{conn})
	is(t, "both", len(got[[]uuid.UUID](s)(s.Verifying(t.Context(), at(20)))), 2)
	one := got[[]operation.Operation](s)(s.Due(t.Context(), conn, at(5), 1))[0]
	is(t, "due at", one.VerifyAt, at(5))
	is(t, "before the write", string(one.Verification.Before["notes"]), `"`+sensitive+`"`)
	one.Verification = operation.NewVerification(operation.Unverified, "not as sent").Again(at(9), one.Verification.Before).ReadOn(at(6))
	s.must(s.Verified(t.Context(), one, at(7)))
	pending := s.read(second).Verification
	is(t, "why it is pending", pending.Reason, "not as sent")
	is(t, "read last", time.Time(*pending.ReadAt).Equal(at(6)), true)
	same(t, "later", due(6, 9), []uuid.UUID(nil))
	one = got[[]operation.Operation](s)(s.Due(t.Context(), conn, at(7), 1))[0]
	one.Verification = operation.NewVerification(operation.Verified, "")
	one.Verification.Applied = []string{"notes"}
	one.Verification.Ignored = []record.Difference{{Path: "oem", Sent: jsontext.Value(`"a"`), Held: jsontext.Value("null")}}
	s.must(s.Verified(t.Context(), one, time.Time{}))
	same(t, "left", due(30, 9), []uuid.UUID{first.ID})
	told := s.crashed().read(second).Verification
	is(t, "status", told.Status, operation.Verified)
	same(t, "applied", told.Applied, []string{"notes"})
	is(t, "held", string(told.Ignored[0].Held), "null")
	s.forgotten(s.SweepOperations, at(1000))
	is(t, "with its operation", len(due(30, 9)), 0)
}

func verificationIsOvertaken(t *testing.T, s *stand) {
	conn := uuid.New()
	s.must(s.Settle(t.Context(), verified(s.accept(writing(conn, uuid.New())), at(5))))
	one := got[[]operation.Operation](s)(s.Due(t.Context(), conn, at(5), 1))[0]
	first, second := one, one
	first.Verification = operation.NewVerification(operation.Verified, "")
	s.must(s.Verified(t.Context(), first, time.Time{}))
	second.Verification = operation.NewVerification(operation.Unverifiable, "late")
	fails(t, "the second", s.Verified(t.Context(), second, time.Time{}), fence.ErrOvertaken)
	fails(t, "later", s.Verified(t.Context(), second, at(9)), fence.ErrOvertaken)
	is(t, "told", s.read(one).Verification.Status, operation.Verified)
}

func recordIsRewritten(t *testing.T, s *stand) {
	conn, rec := uuid.New(), uuid.New()
	before := s.accept(writing(conn, rec))
	op := s.accept(writing(conn, rec))
	s.must(s.Settle(t.Context(), verified(op, at(5))))
	rewritten := func() bool { return got[bool](s)(s.Rewritten(t.Context(), op, at(6))) }
	s.accept(writing(conn, uuid.New()))
	is(t, "by an earlier one, or one of another record", rewritten(), false)
	s.settle(before, operation.Failed)
	later := s.accept(writing(conn, rec))
	is(t, "by a later one", rewritten(), true)
	end := settlement(later, operation.Failed)
	s.must(s.Settle(t.Context(), end))
	is(t, "once that has ended", rewritten(), false)
	end = settlement(s.accept(writing(conn, rec)), operation.Failed)
	end.Hold = &operation.Hold{Connection: conn, Chain: op.OrderKey, Until: at(8)}
	s.must(s.Settle(t.Context(), end))
	is(t, "by one without an answer", rewritten(), true)
}

func syncEndsAreTold(t *testing.T, s *stand) {
	partner, fleet := s.partner(), s.fleet()
	s.grant(granted(partner, fleet))
	sub := s.subscribe(subscribed(partner, event.OperationFailed))
	chosen := func(told bool) operation.Operation {
		op := syncOf(uuid.New())
		op.Partner, op.Fleet, op.FleetRef, op.Told = partner, fleet, fleet.String(), told
		return s.accept(op)
	}
	quiet, cut, unsent := chosen(false), chosen(true), chosen(true)
	is(t, "it is chosen", cut.Told, true)
	is(t, "it is not", quiet.Told, false)
	s = s.crashed()
	one := func(op operation.Operation) bool { return op.ID == unsent.ID }
	is(t, "unsent", got[int](s)(s.Unsent(t.Context(), at(5), operation.Left{}, one)), 1)
	is(t, "cut off", got[int](s)(s.Interrupted(t.Context(), at(6), operation.Left{},
		func(operation.Operation) time.Duration { return 0 })), 2)
	is(t, "nothing more", got[int](s)(s.Interrupted(t.Context(), at(7), operation.Left{},
		func(operation.Operation) time.Duration { return 0 })), 0)
	told := map[uuid.UUID]int{}
	for _, w := range s.waiting(sub) {
		told[w.Event.Subject]++
	}
	same(t, "told of", told, map[uuid.UUID]int{cut.ID: 1, unsent.ID: 1})
}
