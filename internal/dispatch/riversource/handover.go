package riversource

import (
	"github.com/waybill-dev/waybill/internal/dispatch"
	"github.com/waybill-dev/waybill/internal/fence"
)

var (
	_ dispatch.Source   = (*Source)(nil)
	_ dispatch.Replica  = (*Source)(nil)
	_ dispatch.Handover = (*Source)(nil)
	_ dispatch.Shared   = (*Source)(nil)
)

// mostRemembered bounds the lanes of which it is known when they ran here last, at some fifty bytes each. Of
// one that was forgotten it is believed that another replica has run it.
const mostRemembered = 100_000

// remember notes when a lane ran here; mu is held.
func (s *Source) remember(c fence.Claim) {
	if _, known := s.ran[c.Lane]; !known && len(s.ran) >= mostRemembered {
		for other := range s.ran {
			delete(s.ran, other)
			break
		}
	}
	s.ran[c.Lane] = c.Epoch
}

// Taken tells what is known of a claimed lane's runs in other processes.
func (s *Source) Taken(c fence.Claim) dispatch.Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.held[c.Lane]
	if h == nil || h.Epoch != c.Epoch {
		return dispatch.Taken{Moved: true}
	}
	t := h.was
	// Each claim, and each taking from a replica that died, is one epoch.
	t.Moved = s.ran[c.Lane] != c.Epoch-1
	return t
}

// Leave keeps what a run leaves for whoever claims the lane next, to be written with its release.
func (s *Source) Leave(c fence.Claim, left []byte, cut bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if h := s.held[c.Lane]; h != nil && h.Epoch == c.Epoch {
		h.left, h.cut = append([]byte{}, left...), cut
	}
}
