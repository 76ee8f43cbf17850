package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/job"
	"github.com/waybill-dev/waybill/internal/operation"
	"github.com/waybill-dev/waybill/internal/page"
)

// Jobs does one thing to many. Every method takes the partner of the token.
type Jobs interface {
	// Create makes a job, or tells what it would be; replayed tells that the request's Idempotency-Key had made it before.
	Create(ctx context.Context, r job.Request) (j job.Job, replayed bool, err error)
	Get(ctx context.Context, partner uuid.UUID, of job.Of, id uuid.UUID) (job.Job, error)
	List(ctx context.Context, q job.Query) (page.Page[job.Job], error)
	Stop(ctx context.Context, partner uuid.UUID, of job.Of, id uuid.UUID) (job.Job, error)
}

// jobRoutes are those of jobs about operations and of those about dead letters. Each has the scopes of what it does, done
// to one.
func (s *Server) jobRoutes() []route {
	const operations, letters = "/v2/integrations/jobs", "/v2/notifications/jobs"
	return []route{
		{"GET", operations, "resource_operation:read", s.listJobs(job.Operations)},
		{"POST", operations, "telematics:write", s.createJob(job.Operations)},
		{"GET", operations + "/{job_id}", "resource_operation:read", bare(s.oneJob(job.Operations, Jobs.Get))},
		{"POST", operations + "/{job_id}/stop", "telematics:write", bodiless(s.oneJob(job.Operations, Jobs.Stop))},
		{"GET", letters, "webhook:read", s.listJobs(job.DeadLetters)},
		{"POST", letters, "webhook:create", s.createJob(job.DeadLetters)},
		{"GET", letters + "/{job_id}", "webhook:read", bare(s.oneJob(job.DeadLetters, Jobs.Get))},
		{"POST", letters + "/{job_id}/stop", "webhook:create", bodiless(s.oneJob(job.DeadLetters, Jobs.Stop))},
	}
}

// createJob answers 202 with the job, or 200 with what it would match.
func (s *Server) createJob(of job.Of) answerer {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
		body, err := readBody(w, r, "application/json")
		if err != nil {
			return err
		}
		request := job.Request{Partner: who.Partner.ID, Client: who.Client, Of: of, Body: body, Preview: q.isSet("dry_run")}
		if err := q.err(); err != nil {
			return err
		}
		if request.Key, err = idempotencyKey(r, who, operation.Request{Body: body}); err != nil {
			return err
		}
		j, replayed, err := s.Jobs.Create(r.Context(), request)
		if err != nil {
			return err
		}
		if request.Preview {
			s.answer(w, http.StatusOK, j.Preview())
			return nil
		}
		if replayed {
			w.Header().Set("Idempotent-Replayed", "true")
		}
		s.answer(w, http.StatusAccepted, j.Read())
		return nil
	}
}

// oneJob answers with a job that was read or changed.
func (s *Server) oneJob(of job.Of, do func(Jobs, context.Context, uuid.UUID, job.Of, uuid.UUID) (job.Job, error),
) func(http.ResponseWriter, *http.Request, access.Principal) error {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal) error {
		id, err := pathID(r, "job_id")
		if err != nil {
			return err
		}
		j, err := do(s.Jobs, r.Context(), who.Partner.ID, of, id)
		if err != nil {
			return err
		}
		s.answer(w, http.StatusOK, j.Read())
		return nil
	}
}

func (s *Server) listJobs(of job.Of) answerer {
	return func(w http.ResponseWriter, r *http.Request, who access.Principal, q *query) error {
		q.paged()
		if err := q.err(); err != nil {
			return err
		}
		found, err := s.Jobs.List(r.Context(), job.Query{Partner: who.Partner.ID, Of: of, Window: q.window})
		if err != nil {
			return err
		}
		s.answer(w, http.StatusOK, pageOf(q, page.Map(found, job.Job.Read)))
		return nil
	}
}
