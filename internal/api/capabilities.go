package api

import (
	"net/http"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/connection"
	"github.com/waybill-dev/waybill/internal/problem"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// getTSPCapabilities tells what a TSP's adapter can do before there is a connection: as under the
// default of each setting.
func (s *Server) getTSPCapabilities(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	spec, err := s.spec(r)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, tsp.Document(spec, nil))
	return nil
}

// getConnectionCapabilities tells what can be written through one connection: what its TSP can
// do under its settings, and the caller's grant allows.
func (s *Server) getConnectionCapabilities(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "connection_id")
	if err != nil {
		return err
	}
	conn, err := s.Connections.Get(r.Context(), who, id)
	if err != nil {
		return err
	}
	// Get has answered, so there was a grant a moment ago; one that ended since makes this a 404
	// as well.
	grant, err := s.Fleets.On(r.Context(), who, conn.FleetID)
	if err != nil {
		return err
	}
	adapter, ok := s.TSPs.Adapter(conn.SourceName)
	if !ok {
		return problem.New(problem.NotFound, "this installation has no adapter for %s any more, so nothing can be written "+
			"through the connection", conn.SourceName)
	}
	// What is stored may lack a setting that the adapter has come to require; what it says of
	// the others still holds.
	settings, _ := adapter.Spec().ReadSettings(conn.Settings, nil)
	d := tsp.Document(adapter.Spec(), settings)
	d.ConnectionID = &id
	for i := range d.Writes {
		one := &d.Writes[i]
		reason := grant.RefusesWrite(one.Resource)
		// The first thing that stands in the way is told: what no grant or status could change,
		// then the grant, then the status. operation.Submit asks in another order, but refuses the
		// same writes.
		switch {
		case !one.Available:
		case reason != "":
			one.Refuse(reason)
		case conn.Status != connection.Active:
			one.Refuse(conn.Bars("take writes"))
		}
	}
	s.answer(w, http.StatusOK, d)
	return nil
}
