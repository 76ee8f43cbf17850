package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/page"
)

// Agreements reads and changes share agreements. A change returns the agreement as it stands after
// it; the errors are *problem.Error, of Conflict where somebody else changed it meanwhile.
type Agreements interface {
	List(ctx context.Context, who access.Principal, q access.AgreementQuery) (page.Page[access.Grant], error)
	Get(ctx context.Context, who access.Principal, id uuid.UUID) (access.Grant, error)
	Create(ctx context.Context, who access.Principal, body []byte) (access.Grant, error)
	Update(ctx context.Context, who access.Principal, id uuid.UUID, body []byte) (access.Grant, error)
	Move(ctx context.Context, who access.Principal, id uuid.UUID, m access.Move) (access.Grant, error)
}

func (s *Server) listAgreements(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
	q.paged()
	asked := access.AgreementQuery{Fleet: q.id("fleet_id"), FleetRef: q.text("fleet_ref"),
		// Deleted ones can be listed, though none of them can be read by its id.
		Status: oneOf(q, "share_agreement_status", access.GrantActive, access.GrantPaused, access.GrantCancelled,
			access.GrantDeleted, access.GrantExpired), Window: q.window}
	if err := q.err(); err != nil {
		return err
	}
	found, err := s.Agreements.List(r.Context(), who, asked)
	if err != nil {
		return err
	}
	s.answer(w, http.StatusOK, pageOf(q, page.Map(found, func(g access.Grant) access.AgreementRead { return g.For(who) })))
	return nil
}

func (s *Server) getAgreement(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "share_agreement_id")
	if err != nil {
		return err
	}
	return s.answerAgreement(w, who, http.StatusOK)(s.Agreements.Get(r.Context(), who, id))
}

// answerAgreement answers with an agreement, unless there is an error instead.
func (s *Server) answerAgreement(w http.ResponseWriter, who access.Principal, status int) func(access.Grant,
	error) error {
	return func(g access.Grant, err error) error {
		if err != nil {
			return err
		}
		s.answer(w, status, g.For(who))
		return nil
	}
}

func (s *Server) createAgreement(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	body, err := readBody(w, r, "application/json")
	if err != nil {
		return err
	}
	return s.answerAgreement(w, who, http.StatusCreated)(s.Agreements.Create(r.Context(), who, body))
}

func (s *Server) updateAgreement(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	body, err := readBody(w, r, "application/json")
	if err != nil {
		return err
	}
	id, err := pathID(r, "share_agreement_id")
	if err != nil {
		return err
	}
	return s.answerAgreement(w, who, http.StatusOK)(s.Agreements.Update(r.Context(), who, id, body))
}

// deleteAgreement ends an agreement for good. It is a move of its status and no removal: what was
// allowed, and when, stays on record.
func (s *Server) deleteAgreement(w http.ResponseWriter, r *http.Request, who access.Principal) error {
	id, err := pathID(r, "share_agreement_id")
	if err != nil {
		return err
	}
	if _, err := s.Agreements.Move(r.Context(), who, id, access.Delete); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// moveAgreement answers one of the POSTs that change the status. They take no body.
func (s *Server) moveAgreement(m access.Move) answerer {
	return bodiless(func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		id, err := pathID(r, "share_agreement_id")
		if err != nil {
			return err
		}
		return s.answerAgreement(w, who, http.StatusOK)(s.Agreements.Move(r.Context(), who, id, m))
	})
}
