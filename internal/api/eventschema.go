package api

import (
	"net/http"
	"time"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/api/openapi"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/webhook"
	"github.com/waybill-dev/waybill/internal/wire"
)

// eventSchema is the contract's EventSchema.
type eventSchema struct {
	EventName     string    `json:"event_name"`
	Version       string    `json:"version"`
	CreatedAt     wire.Time `json:"created_at"`
	OpenAPISchema string    `json:"openapi_schema"`
	Changelog     string    `json:"changelog"`
}

// getEventSchema serves the newest version and a named one: there is one of each event.
func (s *Server) getEventSchema(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	name, version := r.PathValue("event_name"), r.PathValue("version")
	if err := webhook.CheckEvent(name); err != nil {
		return problem.New(problem.NotFound, "%q %v", name, err)
	}
	if version != "" && version != webhook.SchemaVersion {
		return problem.New(problem.NotFound, "the schema of %s has no version %q; there is %s", name, version,
			webhook.SchemaVersion)
	}
	text, err := openapi.EventSchema(name, webhook.SchemaVersion)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, eventSchema{EventName: name, Version: webhook.SchemaVersion, OpenAPISchema: text,
		CreatedAt: wire.Time(time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)), Changelog: "Initial schema version"})
	return nil
}
