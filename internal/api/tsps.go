package api

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/wire"
)

// The values of the contract's IntegrationStatusEnum.
const (
	implemented    = "implemented"
	notImplemented = "not_implemented"
	notSupported   = "not_supported"
)

// integrations is the contract's TspIntegrationsRead; share_levels beside it tells reading from
// writing, and writes tells creating from updating. Both slug and source_name are the adapter's name: here no two TSPs share an adapter, as
// they may in the contract.
type integrations struct {
	TSPID               uuid.UUID                `json:"tsp_id"`
	Slug                tsp.Name                 `json:"slug"`
	SourceName          tsp.Name                 `json:"source_name"`
	Integrations        map[resource.Kind]string `json:"integrations"`
	ImplementedCount    int                      `json:"implemented_count"`
	NotImplementedCount int                      `json:"not_implemented_count"`
	NotSupportedCount   int                      `json:"not_supported_count"`
	ShareLevels         map[resource.Kind]string `json:"share_levels"`
	// Writes tells of each kind that has writes how much of each one reaches the TSP.
	Writes map[resource.Kind]map[resource.Verb]tsp.Support `json:"writes"`
}

// integrationsOf counts each kind of the contract once. A kind is implemented if it can be read or
// written here; not_supported is said only where the adapter knows that the TSP's own API cannot
// write it.
func integrationsOf(s tsp.Spec) integrations {
	out := integrations{TSPID: s.Name.ID(), Slug: s.Name, SourceName: s.Name, Integrations: map[resource.Kind]string{},
		ShareLevels: s.ShareLevels(), Writes: s.Writes()}
	for _, kind := range resourceKinds() {
		switch {
		case out.ShareLevels[kind] != "":
			out.Integrations[kind] = implemented
			out.ImplementedCount++
		case s.Cannot(kind):
			out.Integrations[kind] = notSupported
			out.NotSupportedCount++
		default:
			out.Integrations[kind] = notImplemented
			out.NotImplementedCount++
		}
	}
	return out
}

// specs lists the TSPs of this installation by name. The order matters: listIntegrations pages by
// it.
func (s *Server) specs() []tsp.Spec {
	var all []tsp.Spec
	for _, name := range s.TSPs.Names() {
		adapter, _ := s.TSPs.Adapter(name)
		all = append(all, adapter.Spec())
	}
	return all
}

// spec returns the TSP that the path names by its id.
func (s *Server) spec(r *http.Request) (tsp.Spec, error) {
	id, err := pathID(r, "tsp_id")
	if err != nil {
		return tsp.Spec{}, err
	}
	for _, spec := range s.specs() {
		if spec.Name.ID() == id {
			return spec, nil
		}
	}
	return tsp.Spec{}, problem.New(problem.NotFound,
		"this installation has no TSP %s; GET /v2/integrations/tsps lists them", id)
}

func (s *Server) listIntegrations(w http.ResponseWriter, r *http.Request, _ access.Principal, q *query) error {
	q.paged()
	if err := q.err(); err != nil {
		return err
	}
	// The list is in memory, so this does what a store does for other lists: it keeps what lies
	// beyond the place, in the direction of the window.
	found := slices.DeleteFunc(s.specs(), func(spec tsp.Spec) bool {
		here := cmp.Compare(string(spec.Name), q.window.Place.Text)
		return !q.window.Place.IsZero() && (here == 0 || (here > 0) == q.window.Backwards)
	})
	// Whatever is left is more than the window wants; Cut takes what is nearest to the place.
	shown := page.Cut(found, q.window, func(spec tsp.Spec) page.Position { return page.Position{Text: string(spec.Name)} })
	s.answer(w, http.StatusOK, pageOf(q, page.Map(shown, integrationsOf)))
	return nil
}

func (s *Server) getIntegrations(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	spec, err := s.spec(r)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, integrationsOf(spec))
	return nil
}

// tspRead is the contract's TspRead. status is always active and is_sandbox false: what an
// installation does not offer is not listed.
type tspRead struct {
	ID         uuid.UUID `json:"id"`
	Name       string    `json:"name"`
	Slug       tsp.Name  `json:"slug"`
	SourceName tsp.Name  `json:"source_name"`
	ConnType   string    `json:"conn_type"`
	Websites   []string  `json:"websites"`
	Status     string    `json:"status"`
	IsSandbox  bool      `json:"is_sandbox"`
	CreatedAt  wire.Time `json:"created_at"`
	UpdatedAt  wire.Time `json:"updated_at"`
}

// tspOf shows a TSP. Its conn_type is the first shape of credentials that it takes. Adapters
// come with the program, so its times are the day on which its documentation was last verified.
func tspOf(spec tsp.Spec) tspRead {
	var verified time.Time
	websites := []string{}
	for _, doc := range spec.Docs {
		websites = append(websites, doc.URL)
		if day, err := time.Parse(time.DateOnly, doc.Verified); err == nil && day.After(verified) {
			verified = day
		}
	}
	out := tspRead{ID: spec.Name.ID(), Name: spec.DisplayName, Slug: spec.Name, SourceName: spec.Name, Status: "active",
		Websites: websites, CreatedAt: wire.Time(verified), UpdatedAt: wire.Time(verified)}
	if len(spec.Credentials) > 0 {
		out.ConnType = spec.Credentials[0].Kind
	}
	return out
}

// listTSPs answers an array without pages, as the contract has it. A slug that is unknown gives an
// empty one, since it is free text there; source_name is an enum and is checked.
func (s *Server) listTSPs(w http.ResponseWriter, r *http.Request, _ access.Principal, q *query) error {
	slug, source := tsp.Name(q.text("slug")), tspName(q, "source_name", s.TSPs)
	if err := q.err(); err != nil {
		return err
	}
	all := []tspRead{}
	for _, spec := range s.specs() {
		if (slug == "" || slug == spec.Name) && (source == "" || source == spec.Name) {
			all = append(all, tspOf(spec))
		}
	}
	s.answer(w, http.StatusOK, all)
	return nil
}

func (s *Server) getTSP(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	spec, err := s.spec(r)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, tspOf(spec))
	return nil
}
