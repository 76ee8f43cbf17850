package api

import (
	"encoding/base64"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// The values of the contract's IntegrationStatusEnum.
const (
	implemented    = "implemented"
	notImplemented = "not_implemented"
	notSupported   = "not_supported"
)

// integrations is the contract's TspIntegrationsRead; share_levels beside it tells reading from
// writing.
type integrations struct {
	TSPID               uuid.UUID                `json:"tsp_id"`
	Slug                tsp.Name                 `json:"slug"`
	SourceName          tsp.Name                 `json:"source_name"`
	Integrations        map[string]string        `json:"integrations"`
	ImplementedCount    int                      `json:"implemented_count"`
	NotImplementedCount int                      `json:"not_implemented_count"`
	NotSupportedCount   int                      `json:"not_supported_count"`
	ShareLevels         map[resource.Kind]string `json:"share_levels"`
}

// integrationsPage is the contract's page of them.
type integrationsPage struct {
	Items                []integrations `json:"items"`
	CurrentPage          *string        `json:"current_page"`
	CurrentPageBackwards *string        `json:"current_page_backwards"`
	PreviousPage         *string        `json:"previous_page"`
	NextPage             *string        `json:"next_page"`
}

func integrationsOf(s tsp.Spec) integrations {
	out := integrations{TSPID: s.Name.ID(), Slug: s.Name, SourceName: s.Name, Integrations: map[string]string{},
		ShareLevels: s.ShareLevels()}
	for _, name := range resourceNames() {
		switch {
		case out.ShareLevels[resource.Kind(name)] != "":
			out.Integrations[name] = implemented
			out.ImplementedCount++
		case s.Cannot(resource.Kind(name)):
			out.Integrations[name] = notSupported
			out.NotSupportedCount++
		default:
			out.Integrations[name] = notImplemented
			out.NotImplementedCount++
		}
	}
	return out
}

// specs lists the TSPs of this installation by name.
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
	return tsp.Spec{}, problem.New(problem.NotFound, "this installation has no TSP %s; GET /v2/integrations/tsps lists them", id)
}

func (s *Server) listIntegrations(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	q := query{r: r}
	size := q.integer("size", 300, 1, 1000)
	if err := q.err(); err != nil {
		return err
	}
	all := s.specs()
	from, to, err := nameWindow(q.text("cursor"), size, all)
	if err != nil {
		return err
	}
	page := integrationsPage{Items: []integrations{}}
	for _, spec := range all[from:to] {
		page.Items = append(page.Items, integrationsOf(spec))
	}
	if cursor := q.text("cursor"); cursor != "" {
		page.CurrentPage = &cursor
	}
	if to < len(all) {
		page.NextPage = nameCursor('b', all[to-1].Name)
	}
	if from > 0 {
		page.PreviousPage = nameCursor('a', all[min(from, len(all)-1)].Name)
	}
	s.answer(w, http.StatusOK, page)
	return nil
}

// nameCursor makes the opaque form of a place in the list of TSPs: 'b' for what comes behind a
// name, 'a' for what comes before it.
func nameCursor(direction byte, name tsp.Name) *string {
	text := base64.RawURLEncoding.EncodeToString(append([]byte{direction}, name...))
	return &text
}

// nameWindow returns the part of the list that a cursor and a size ask for.
func nameWindow(cursor string, size int, all []tsp.Spec) (from, to int, err error) {
	if cursor == "" {
		return 0, min(size, len(all)), nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err == nil && len(b) > 1 {
		at := slices.IndexFunc(all, func(s tsp.Spec) bool { return s.Name >= tsp.Name(b[1:]) })
		switch {
		case at < 0:
			at = len(all)
		case b[0] == 'b' && all[at].Name == tsp.Name(b[1:]):
			at++
		}
		switch b[0] {
		case 'b':
			return at, min(at+size, len(all)), nil
		case 'a':
			return max(0, at-size), at, nil
		}
	}
	return 0, 0, problem.New(problem.BadRequest, "the cursor is not one that this list gave; leave it out to begin at the first page")
}

func (s *Server) getIntegrations(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	spec, err := s.spec(r)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, integrationsOf(spec))
	return nil
}

// tspRead is the contract's TspRead.
type tspRead struct {
	ID         uuid.UUID   `json:"id"`
	Name       string      `json:"name"`
	Slug       tsp.Name    `json:"slug"`
	SourceName tsp.Name    `json:"source_name"`
	ConnType   string      `json:"conn_type"`
	Websites   []string    `json:"websites"`
	Status     string      `json:"status"`
	IsSandbox  bool        `json:"is_sandbox"`
	CreatedAt  access.Time `json:"created_at"`
	UpdatedAt  access.Time `json:"updated_at"`
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
		Websites: websites, CreatedAt: access.Time(verified), UpdatedAt: access.Time(verified)}
	if len(spec.Credentials) > 0 {
		out.ConnType = spec.Credentials[0].Kind
	}
	return out
}

func (s *Server) listTSPs(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	q := query{r: r}
	slug, source := tsp.Name(q.text("slug")), q.tspName("source_name", s.TSPs)
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
