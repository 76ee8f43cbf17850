package storetest

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/fence"
	"github.com/waybill-dev/waybill/internal/operator"
)

func operators() []rule {
	return []rule{
		{"operators are read as they were added, listed by their emails, over a crash", operatorsAreKept},
		{"a second operator of an email is refused, and one whom an issuer tells of is another", operatorOfAnEmail},
		{"of many changes of an operator as it was read one is made", operatorIsChangedOnce},
		{"a code opens once, however many try at once, until its end, and ends with the next one", codeOpensOnce},
		{"a code of an operator who is disabled opens nothing", disabledOpensNothing},
		{"a session is read with its operator as he is now, and is gone when it has ended", sessionIsKept},
		{"sessions and code of an operator end with his role, his sight and his being let in, and not with his name", changeEndsSessions},
		{"an operator who is deleted is gone with his sessions and code, if that is allowed and he is as he was read", operatorLeaves},
		{"whom an issuer tells of is one operator however often he comes, who becomes as it says", metIsOne},
		{"what an operator does about his session is logged in his name", signInIsLogged},
		{"sessions and codes that have ended are swept, and no others", sessionsAreSwept},
	}
}

func operatorLeaves(t *testing.T, s *stand) {
	a, b := s.hired("a@x.example", operator.Admin), s.hired("b@x.example", operator.Admin)
	session, refused := s.signedIn(a, "a"), errors.New("is missed")
	other := s.signedIn(b, "b")
	s.must(s.PutCode(t.Context(), a.ID, codeOf("left", at(60))))
	fails(t, "one who is missed", s.DeleteOperator(t.Context(), a, func(all []operator.Operator) error {
		same(t, "all", all, []operator.Operator{a, b})
		return refused
	}), refused)
	older := a
	older.UpdatedAt = at(-1)
	out := a
	out.Disabled, out.UpdatedAt = true, at(9)
	fails(t, "one who is missed where kept out", s.ChangeOperator(t.Context(), a, out, func(all []operator.Operator) error {
		same(t, "all", all, []operator.Operator{a, b})
		return refused
	}), refused)
	fails(t, "one who was changed", s.DeleteOperator(t.Context(), older, letting), fence.ErrOvertaken)
	same(t, "as before", got[operator.Session](s)(s.OperatorSession(t.Context(), session.Hash)).Operator, a)
	s.must(s.DeleteOperator(t.Context(), a, letting))
	s = s.crashed()
	same(t, "left", got[[]operator.Operator](s)(s.Operators(t.Context())), []operator.Operator{b})
	_, err := s.OperatorSession(t.Context(), session.Hash)
	fails(t, "his session", err, operator.ErrNoSession)
	_, err = s.UseCode(t.Context(), []byte("left"), visit("late"))
	fails(t, "his code", err, operator.ErrNoCode)
	same(t, "another's session", got[operator.Session](s)(s.OperatorSession(t.Context(), other.Hash)).Operator, b)
	entries := got[[]audit.Entry](s)(s.Entries(t.Context(), 0, 100))
	if !slices.ContainsFunc(entries, func(e audit.Entry) bool {
		return strings.Contains(e.Action, "delete") && strings.Contains(e.Object, a.ID.String())
	}) {
		t.Errorf("the audit log does not tell of it: %v", entries)
	}
	fails(t, "once more", s.DeleteOperator(t.Context(), a, letting), fence.ErrOvertaken)
}

// letting lets whatever is to become of an operator.
func letting([]operator.Operator) error { return nil }

// person makes an operator that is not stored.
func person(email string, role operator.Role) operator.Operator {
	return operator.Operator{ID: uuid.New(), Name: "of " + email, Email: email, Role: role, CreatedAt: noon(), UpdatedAt: noon()}
}

// hired is an operator who is stored.
func (s *stand) hired(email string, role operator.Role) operator.Operator {
	s.t.Helper()
	o := person(email, role)
	s.must(s.InsertOperator(s.t.Context(), o, nil))
	return o
}

func codeOf(text string, end time.Time) operator.Code {
	return operator.Code{Hash: []byte(text), CreatedAt: noon(), ExpiresAt: end}
}

// visit is a session that is not begun.
func visit(text string) operator.Session {
	return operator.Session{ID: uuid.New(), Hash: []byte(text), CreatedAt: noon(), SeenAt: noon(), EndsAt: at(60)}
}

// signedIn begins a session of an operator.
func (s *stand) signedIn(o operator.Operator, text string) operator.Session {
	s.t.Helper()
	s.must(s.PutCode(s.t.Context(), o.ID, codeOf("code of "+text, at(15))))
	return got[operator.Session](s)(s.UseCode(s.t.Context(), []byte("code of "+text), visit(text)))
}

func operatorsAreKept(t *testing.T, s *stand) {
	a, b := s.hired("b@x.example", operator.Admin), person("a@x.example", operator.Viewer)
	b.Payloads, b.Disabled = true, true
	c := codeOf("c", at(1))
	s.must(s.InsertOperator(t.Context(), b, &c))
	s = s.crashed()
	same(t, "listed", got[[]operator.Operator](s)(s.Operators(t.Context())), []operator.Operator{b, a})
	same(t, "read", got[operator.Operator](s)(s.Operator(t.Context(), b.ID)), b)
	_, err := s.Operator(t.Context(), uuid.New())
	fails(t, "nobody", err, operator.ErrNotFound)
	fails(t, "a code of nobody", s.PutCode(t.Context(), uuid.New(), c), operator.ErrNotFound)
}

func operatorOfAnEmail(t *testing.T, s *stand) {
	first := s.hired("a@x.example", operator.Viewer)
	fails(t, "a second", s.InsertOperator(t.Context(), person("a@x.example", operator.Admin), nil), operator.ErrExists)
	same(t, "the first", got[operator.Operator](s)(s.Operator(t.Context(), first.ID)), first)
	told := person("a@x.example", operator.Admin)
	told.Subject = "https://i.example 1"
	met := got[operator.Session](s)(s.Meet(t.Context(), told, visit("v")))
	same(t, "who was met", met.Operator, told)
	same(t, "the first as before", got[operator.Operator](s)(s.Operator(t.Context(), first.ID)), first)
}

func operatorIsChangedOnce(t *testing.T, s *stand) {
	from := s.hired("a@x.example", operator.Viewer)
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		to := from
		to.Role, to.UpdatedAt = operator.Admin, at(i+1)
		all.Go(func() { errs[i] = s.ChangeOperator(t.Context(), from, to, letting) })
	}
	all.Wait()
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	is(t, "refused", len(errs), 3)
	for _, err := range errs {
		fails(t, "a later one", err, fence.ErrOvertaken)
	}
	is(t, "the role", got[operator.Operator](s)(s.Operator(t.Context(), from.ID)).Role, operator.Admin)
}

func codeOpensOnce(t *testing.T, s *stand) {
	o := s.hired("a@x.example", operator.Viewer)
	use := func(code, of string, now time.Time) error {
		v := visit(of)
		v.CreatedAt = now
		_, err := s.UseCode(t.Context(), []byte(code), v)
		return err
	}
	s.must(s.PutCode(t.Context(), o.ID, codeOf("first", at(15))))
	s.must(s.PutCode(t.Context(), o.ID, codeOf("second", at(15))))
	fails(t, "one that was replaced", use("first", "0", noon()), operator.ErrNoCode)
	fails(t, "at its end", use("second", "1", at(15)), operator.ErrNoCode)
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() { errs[i] = use("second", "2"+string(rune('a'+i)), at(14)) })
	}
	all.Wait()
	errs = slices.DeleteFunc(errs, func(err error) bool { return err == nil })
	is(t, "refused", len(errs), 3)
	for _, err := range errs {
		fails(t, "used", err, operator.ErrNoCode)
	}
	s = s.crashed()
	_, err := s.UseCode(t.Context(), []byte("second"), visit("3"))
	fails(t, "used, after a crash", err, operator.ErrNoCode)
}

func disabledOpensNothing(t *testing.T, s *stand) {
	o := person("a@x.example", operator.Viewer)
	o.Disabled = true
	c := codeOf("c", at(15))
	s.must(s.InsertOperator(t.Context(), o, &c))
	_, err := s.UseCode(t.Context(), c.Hash, visit("v"))
	fails(t, "used", err, operator.ErrNoCode)
	o.ID, o.Subject = uuid.New(), "https://i.example 1"
	o.Disabled = false
	s.must(s.EndSession(t.Context(), got[operator.Session](s)(s.Meet(t.Context(), o, visit("v"))).ID))
	out := o
	out.Disabled, out.UpdatedAt = true, at(1)
	s.must(s.ChangeOperator(t.Context(), o, out, letting))
	_, err = s.Meet(t.Context(), o, visit("w"))
	fails(t, "met", err, operator.ErrDisabled)
	same(t, "he stays so", got[operator.Operator](s)(s.Operator(t.Context(), o.ID)), out)
}

func sessionIsKept(t *testing.T, s *stand) {
	o := s.hired("a@x.example", operator.Acting)
	begun := s.signedIn(o, "v")
	same(t, "whose it is", begun.Operator, o)
	renamed := o
	renamed.Name, renamed.UpdatedAt = "Another", at(1)
	s.must(s.ChangeOperator(t.Context(), o, renamed, letting))
	s.must(s.SeeSession(t.Context(), begun.ID, at(5)))
	s.must(s.SeeSession(t.Context(), begun.ID, at(4)))
	s = s.crashed()
	begun.Operator, begun.SeenAt = renamed, at(5)
	same(t, "read", got[operator.Session](s)(s.OperatorSession(t.Context(), []byte("v"))), begun)
	_, err := s.OperatorSession(t.Context(), []byte("w"))
	fails(t, "another", err, operator.ErrNoSession)
	s.must(s.EndSession(t.Context(), begun.ID))
	s.must(s.EndSession(t.Context(), begun.ID))
	_, err = s.OperatorSession(t.Context(), []byte("v"))
	fails(t, "ended", err, operator.ErrNoSession)
}

func changeEndsSessions(t *testing.T, s *stand) {
	for name, c := range map[string]struct {
		change func(*operator.Operator)
		ends   bool
	}{
		"name":     {func(o *operator.Operator) { o.Name = "Another" }, false},
		"role":     {func(o *operator.Operator) { o.Role = operator.Admin }, true},
		"sight":    {func(o *operator.Operator) { o.Payloads = true }, true},
		"disabled": {func(o *operator.Operator) { o.Disabled = true }, true},
	} {
		o, other := s.hired(name+"@x.example", operator.Viewer), s.hired("not-"+name+"@x.example", operator.Viewer)
		s.signedIn(o, name)
		s.signedIn(other, "not "+name)
		s.must(s.PutCode(t.Context(), o.ID, codeOf("next of "+name, at(15))))
		to := o
		c.change(&to)
		to.UpdatedAt = at(1)
		s.must(s.ChangeOperator(t.Context(), o, to, letting))
		_, err := s.OperatorSession(t.Context(), []byte(name))
		is(t, name+" ends a session", err != nil, c.ends)
		_, err = s.UseCode(t.Context(), []byte("next of "+name), visit("next of "+name))
		is(t, name+" ends a code", err != nil, c.ends)
		_, err = s.OperatorSession(t.Context(), []byte("not "+name))
		s.must(err)
	}
}

func metIsOne(t *testing.T, s *stand) {
	told := person("a@x.example", operator.Viewer)
	told.Subject = "https://i.example 1"
	first := got[operator.Session](s)(s.Meet(t.Context(), told, visit("1")))
	again := told
	again.ID, again.Email, again.Name, again.UpdatedAt = uuid.New(), "b@x.example", "Another", at(1)
	second := got[operator.Session](s)(s.Meet(t.Context(), again, visit("2")))
	is(t, "the operator", second.Operator.ID, first.Operator.ID)
	_, err := s.OperatorSession(t.Context(), []byte("1"))
	s.must(err)
	again.Role, again.UpdatedAt = operator.Admin, at(2)
	third := got[operator.Session](s)(s.Meet(t.Context(), again, visit("3")))
	again.ID, again.CreatedAt = told.ID, noon()
	same(t, "what he has become", third.Operator, again)
	same(t, "all there are", got[[]operator.Operator](s)(s.Operators(t.Context())), []operator.Operator{again})
	for text, ends := range map[string]bool{"1": true, "2": true, "3": false} {
		_, err := s.OperatorSession(t.Context(), []byte(text))
		is(t, "session "+text+" has ended with the role", err != nil, ends)
	}
}

func signInIsLogged(t *testing.T, s *stand) {
	ctx := audit.By(t.Context(), audit.Actor{Name: "stranger", Request: "r-1", Remote: "192.0.2.1"})
	o := s.hired("a@x.example", operator.Viewer)
	s.must(s.PutCode(ctx, o.ID, codeOf("c", at(15))))
	before := len(s.logged())
	v := visit("v")
	_, err := s.UseCode(ctx, []byte("wrong"), v)
	fails(t, "a wrong code", err, operator.ErrNoCode)
	got[operator.Session](s)(s.UseCode(ctx, []byte("c"), v))
	all := s.logged()[before:]
	is(t, "entries", len(all), 2)
	for i, want := range []string{"deleted operator_code:" + o.ID.String(), "created operator_session:" + v.ID.String()} {
		is(t, "what was done", all[i].Action+" "+all[i].Object, want)
		is(t, "by whom, and from where", all[i].Actor, audit.Actor{Name: "operator:a@x.example", Request: "r-1", Remote: "192.0.2.1"})
	}
	is(t, "the whole log holds what is tested", before, 2)
}

func sessionsAreSwept(t *testing.T, s *stand) {
	o, other := s.hired("a@x.example", operator.Viewer), s.hired("b@x.example", operator.Viewer)
	s.signedIn(o, "old")
	long := visit("long")
	long.EndsAt = at(120)
	s.must(s.PutCode(t.Context(), o.ID, codeOf("c", at(15))))
	got[operator.Session](s)(s.UseCode(t.Context(), []byte("c"), long))
	s.must(s.PutCode(t.Context(), o.ID, codeOf("ended", at(59))))
	s.must(s.PutCode(t.Context(), other.ID, codeOf("good", at(70))))
	is(t, "more", got[bool](s)(s.SweepSessions(t.Context(), at(61))), false)
	_, err := s.OperatorSession(t.Context(), []byte("old"))
	fails(t, "ended", err, operator.ErrNoSession)
	_, err = s.OperatorSession(t.Context(), []byte("long"))
	s.must(err)
	_, err = s.UseCode(t.Context(), []byte("ended"), visit("1"))
	fails(t, "the code that has ended", err, operator.ErrNoCode)
	v := visit("2")
	v.CreatedAt = at(61)
	got[operator.Session](s)(s.UseCode(t.Context(), []byte("good"), v))
}
