package api

import (
	"context"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/record"
	"github.com/waybill-dev/waybill/internal/resource"
)

// Records reads the TSPs' records and has them imported.
type Records interface {
	List(ctx context.Context, who access.Principal, r record.Request) (record.Page, error)
	Get(ctx context.Context, who access.Principal, kind resource.Kind, id uuid.UUID) (r record.Record, fleetRef string, err error)
	Freshness(ctx context.Context, who access.Principal, f record.Fleets) ([]record.Freshness, error)
	RequestImport(ctx context.Context, who access.Principal, connection uuid.UUID) ([]record.Freshness, error)
}

// readable is what the API reads of a kind. ids is the parameter that names single records;
// only kinds that have it can be read by id.
type readable struct {
	kind resource.Kind
	path string
	ids  string
}

func readables() []readable {
	return []readable{
		{resource.KindVehicle, "/v2/telematics/vehicles", "vehicle_ids"},
		{resource.KindTrailer, "/v2/telematics/trailers", "trailer_ids"},
		{resource.KindUser, "/v2/telematics/users", "user_ids"},
		{resource.KindMessage, "/v2/telematics/messages", ""},
		{resource.KindGroupMessage, "/v2/telematics/group-messages", ""},
		{resource.KindDvirLog, "/v2/telematics/dvir-logs", ""},
		{resource.KindFuelTransaction, "/v2/telematics/fuel-transactions", ""},
	}
}

func (s *Server) recordRoutes() []route {
	table := []route{
		{"GET", "/v2/integrations/connections/data-freshness", "connection:read", s.dataFreshness},
		{"POST", "/v2/integrations/connections/{connection_id}/import", "connection:update", s.requestImport},
	}
	for _, of := range readables() {
		table = append(table, route{"GET", of.path, "telematics:read", s.listRecords(of)})
		if of.ids != "" {
			table = append(table, route{"GET", of.path + "/{id}", "telematics:read", s.getRecord(of)})
		}
	}
	return table
}

func (s *Server) getRecord(of readable) func(http.ResponseWriter, *http.Request, access.Principal) error {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		id, err := pathID(r, "id")
		if err != nil {
			return err
		}
		q := query{r: r}
		withSource := q.boolean("include_source_data")
		if err := q.err(); err != nil {
			return err
		}
		found, fleetRef, err := s.Records.Get(r.Context(), who, of.kind, id)
		if err != nil {
			return err
		}
		text, err := found.Read(fleetRef, withSource)
		if err != nil {
			return err
		}
		s.answerText(w, http.StatusOK, text)
		return nil
	}
}

// recordPage is the contract's page of records.
type recordPage struct {
	Items                []jsontext.Value `json:"items"`
	Total                int              `json:"total"`
	CurrentPage          *string          `json:"current_page"`
	CurrentPageBackwards *string          `json:"current_page_backwards"`
	PreviousPage         *string          `json:"previous_page"`
	NextPage             *string          `json:"next_page"`
}

func (s *Server) listRecords(of readable) func(http.ResponseWriter, *http.Request, access.Principal) error {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		request, cursor, err := s.recordRequest(r, of)
		if err != nil {
			return err
		}
		page, err := s.Records.List(r.Context(), who, request)
		if err != nil {
			return err
		}
		s.answer(w, http.StatusOK, recordPageOf(page, request.Query, cursor))
		return nil
	}
}

func recordPageOf(page record.Page, q record.Query, cursor string) recordPage {
	p := recordPage{Items: page.Items, Total: page.Total}
	if cursor != "" {
		p.CurrentPage = &cursor
	}
	if len(page.Items) == 0 {
		p.Items = []jsontext.Value{}
		return p
	}
	backwards := !q.Ahead.IsZero()
	if page.More || backwards {
		next := writeRecordCursor(recordCursor{ahead: false, query: q, at: page.Last})
		p.NextPage = &next
	}
	if backwards && page.More || !q.Behind.IsZero() {
		previous := writeRecordCursor(recordCursor{ahead: true, query: q, at: page.First})
		p.PreviousPage = &previous
	}
	return p
}
