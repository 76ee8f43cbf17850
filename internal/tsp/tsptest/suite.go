package tsptest

import (
	"flag"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/simkit"
)

// check is one thing that every adapter must do.
type check struct {
	name string
	// whole checks the adapter once.
	whole func(*trial)
	// each checks one capability at a time, whose form is that under the settings of the suite.
	each func(*trial, form)
	// only narrows each to the capabilities of one verb; "" is any.
	only resource.Verb
	// still tells that the check makes no calls and needs no clock of its own.
	still bool
}

// suite is one config and what was learnt on the way.
type suite struct {
	config Config
	spec   tsp.Spec
	seeds  simkit.Seeds

	mu      sync.Mutex
	used    map[string]bool
	sources map[uuid.UUID]resource.SourceID
	records map[resource.Kind][]tsp.Record
}

func newSuite(config Config) *suite {
	return &suite{config: config, spec: config.New().Spec(), used: map[string]bool{}, sources: map[uuid.UUID]resource.SourceID{}}
}

// capabilities lists what the adapter declares, in the order of names.
func (s *suite) capabilities() []tsp.Capability {
	return slices.SortedFunc(maps.Keys(s.spec.Actions), func(a, b tsp.Capability) int {
		return strings.Compare(a.String(), b.String())
	})
}

// row lists the capabilities that a check is held against.
func (s *suite) row(c check) []tsp.Capability {
	return slices.DeleteFunc(s.capabilities(), func(one tsp.Capability) bool { return c.only != "" && c.only != one.Verb })
}

// excuse returns the config's reason not to hold a check.
func (s *suite) excuse(name string) (string, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, key := range []string{name, strings.ReplaceAll(name, " ", "_")} {
		if reason, ok := s.config.Except[key]; ok {
			s.used[key] = true
			return reason, true
		}
	}
	return "", false
}

// unused lists what the config names and no check met: exceptions, and replies to calls that no
// write makes.
func (s *suite) unused() []string {
	var unused []string
	for _, r := range s.config.Replies {
		if !s.used["reply "+r.Name] {
			unused = append(unused, "the reply "+r.Name)
		}
	}
	for name := range s.config.Except {
		if !s.used[name] {
			unused = append(unused, name)
		}
	}
	slices.Sort(unused)
	return unused
}

// narrowed tells whether only some of the checks were asked for.
func narrowed() bool {
	f := flag.Lookup("test.run")
	return f != nil && strings.Contains(f.Value.String(), "/")
}

// ours returns our id of one of the TSP's records.
func (s *suite) ours(id resource.SourceID) uuid.UUID {
	own := uuid.NewSHA1(uuid.NameSpaceOID, []byte(id))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sources[own] = id
	return own
}

// source returns the TSP's id of a record that ours named.
func (s *suite) source(own uuid.UUID) resource.SourceID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sources[own]
}

// connectionID is the connection of every write.
var connectionID = uuid.MustParse("019ab5c7-9d00-7abc-8def-0a1b2c3d4e5f")

// elsewhen added to the number of an operation is one that was accepted at another time.
const elsewhen = 1000

// operationID returns the id of the nth operation, whose time is noon; behind it by a millisecond
// for each elsewhen.
func operationID(n int) uuid.UUID {
	var id uuid.UUID
	ms := noon.UnixMilli() + int64(n/elsewhen)
	for i := range 6 {
		id[i] = byte(ms >> (8 * (5 - i)))
	}
	id[6], id[7], id[8] = 0x70, 0x5a, 0x80|0x2b
	for i := range 7 {
		id[9+i] = byte(0xa1 + 13*i)
	}
	id[14], id[15] = byte(n>>8), byte(n)
	return id
}
