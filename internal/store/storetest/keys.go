package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/operation"
)

func keys() []rule {
	return []rule{
		{"a key stands for the operation that was accepted with it", keyStands},
		{"a key that is in use is refused, to its client alone, and nothing is accepted", keyIsTaken},
		{"a key of a client stands for nothing of another partner whose client is called the same", keyIsItsPartners},
		{"of two processes that use a key at once one is refused", keyOfTwoProcesses},
		{"a key past its life is free and stands for nothing", keyEnds},
	}
}

func keyed() operation.Operation {
	op := queued(uuid.New())
	op.Key = &operation.Key{Client: "c", Value: "v", Fingerprint: []byte{1, 2}}
	return op
}

func keyStands(t *testing.T, s *stand) {
	op := keyed()
	op.ID = s.accept(op).ID
	s = s.crashed()
	found := got[operation.Operation](s)(s.Keyed(t.Context(), op.Partner, *op.Key))
	is(t, "the operation", found.ID, op.ID)
	same(t, "found", found.Key, op.Key)
	if _, err := s.Keyed(t.Context(), op.Partner, operation.Key{Client: "another", Value: "v"}); !errors.Is(err, operation.ErrNotFound) {
		t.Errorf("another client's: %v", err)
	}
}

func keyIsTaken(t *testing.T, s *stand) {
	s.accept(keyed())
	second := keyed()
	if _, err := s.Accept(t.Context(), second, nil); !errors.Is(err, operation.ErrKeyTaken) {
		t.Fatalf("twice: %v", err)
	}
	_, err := s.Operation(t.Context(), second.Partner, second.Connection, second.ID)
	fails(t, "reading the refused one", err, operation.ErrNotFound)
	second.Key.Client = "another"
	s.accept(second)
}

func keyIsItsPartners(t *testing.T, s *stand) {
	first, second := keyed(), keyed()
	second.Partner = uuid.New()
	first.ID = s.accept(first).ID
	if _, err := s.Keyed(t.Context(), second.Partner, *second.Key); !errors.Is(err, operation.ErrNotFound) {
		t.Errorf("the other partner's: %v", err)
	}
	second.ID = s.accept(second).ID
	for _, op := range []operation.Operation{first, second} {
		is(t, "stands for", got[operation.Operation](s)(s.Keyed(t.Context(), op.Partner, *op.Key)).ID, op.ID)
	}
}

func keyOfTwoProcesses(t *testing.T, s *stand) {
	other := s.beside()
	refused := make(chan error, 2)
	var both sync.WaitGroup
	for _, on := range []*stand{s, other} {
		both.Go(func() {
			if _, err := on.Accept(t.Context(), keyed(), nil); err != nil {
				refused <- err
			}
		})
	}
	both.Wait()
	if len(refused) != 1 || !errors.Is(<-refused, operation.ErrKeyTaken) {
		t.Errorf("%d more were refused", len(refused))
	}
}

func keyEnds(t *testing.T, s *stand) {
	first := keyed()
	s.accept(first)
	s.later(operation.KeyLife - time.Microsecond)
	if _, err := s.Keyed(t.Context(), first.Partner, *first.Key); err != nil {
		t.Errorf("before its end: %v", err)
	}
	s.later(time.Microsecond)
	if _, err := s.Keyed(t.Context(), first.Partner, *first.Key); !errors.Is(err, operation.ErrNotFound) {
		t.Errorf("after it: %v", err)
	}
	next := keyed()
	next.CreatedAt = s.now()
	s.accept(next)
	is(t, "stands for", got[operation.Operation](s)(s.Keyed(t.Context(), next.Partner, *next.Key)).ID, next.ID)
}
