package storetest

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

func meta() []rule {
	return []rule{
		{"a named value is kept over a crash until it is replaced or removed", valueIsKept},
		{"of many processes that make a value at once all get the same", valueIsMadeOnce},
		{"a value is swapped by one of those who read it", valueIsSwapped},
		{"an open store answers and a closed one takes nothing", closedTakesNothing},
	}
}

func valueIsKept(t *testing.T, s *stand) {
	is(t, "none", got[[]byte](s)(s.Meta(t.Context(), "n")) == nil, true)
	s.must(s.SetMeta(t.Context(), "n", []byte("1")))
	s.must(s.SetMeta(t.Context(), "n", []byte("2")))
	s = s.crashed()
	is(t, "kept", string(got[[]byte](s)(s.Meta(t.Context(), "n"))), "2")
	s.must(s.SetMeta(t.Context(), "n", nil))
	is(t, "removed", got[[]byte](s)(s.Meta(t.Context(), "n")) == nil, true)
}

func valueIsMadeOnce(t *testing.T, s *stand) {
	stands := []*stand{s, s.beside(), s.beside()}
	kept := make([]string, 3*len(stands))
	var all sync.WaitGroup
	for i := range kept {
		all.Go(func() {
			value, err := stands[i%len(stands)].MetaOr(t.Context(), "n", []byte{byte(i)})
			if err != nil {
				t.Error(err)
			}
			kept[i] = string(value)
		})
	}
	all.Wait()
	is(t, "different values", len(slices.Compact(kept)), 1)
	is(t, "the stored one", string(got[[]byte](s)(s.Meta(t.Context(), "n"))), kept[0])
}

func closedTakesNothing(t *testing.T, s *stand) {
	s.must(s.Ping(t.Context()))
	s.must(s.Close())
	s.must(s.Close())
	if _, err := s.Accept(t.Context(), queued(uuid.New()), nil); err == nil {
		t.Error("it took an operation")
	}
}

func valueIsSwapped(t *testing.T, s *stand) {
	fails(t, "swapping nothing", s.SwapMeta(t.Context(), "n", nil, []byte("1")), fence.ErrOvertaken)
	s.must(s.SetMeta(t.Context(), "n", []byte("1")))
	s.must(s.SwapMeta(t.Context(), "n", []byte("1"), []byte("2")))
	fails(t, "the second", s.SwapMeta(t.Context(), "n", []byte("1"), []byte("3")), fence.ErrOvertaken)
	is(t, "kept", string(got[[]byte](s.crashed())(s.Meta(t.Context(), "n"))), "2")
}
