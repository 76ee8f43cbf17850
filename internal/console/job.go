package console

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/job"
)

// jobView is what the page of a job shows.
type jobView struct {
	jobRow
	Verdict  verdict
	Acts     []act
	Refusals []job.RefusalRead
	Partner  string
	Done     int
	Refused  int
	Left     int
}

// jobPath is that of the page of a job.
func jobPath(j job.Job) string { return Root + "jobs/" + j.Partner.String() + "/" + j.ID.String() }

// jobLook is the look of a job.
func jobLook(s job.State) Look {
	switch s {
	case job.Running:
		return Look{"Running", "sending", going}
	case job.Stopping:
		return Look{"Stopping", "held", wait}
	case job.Stopped:
		return Look{"Stopped", "cancelled", idle}
	}
	return Look{"Finished", "succeeded", ok}
}

// showJob shows how far a job is.
func (c *Console) showJob(r *http.Request, who Visitor) (answer, error) {
	partner, id, err := hookIDs(r)
	if err != nil {
		return answer{}, err
	}
	s, err := c.jobSheet(r, who, partner, id)
	return answer{sheet: s}, err
}

func (c *Console) jobSheet(r *http.Request, who Visitor, partner, id uuid.UUID) (sheet, error) {
	j, err := c.Jobs.Get(r.Context(), partner, job.Operations, id)
	if err != nil {
		return sheet{}, err
	}
	v := jobView{jobRow: jobRow{j, jobLook(j.State), jobPath(j)}, Refusals: j.Read().Refusals, Done: j.Done, Refused: j.Refused(), Left: j.Left(),
		Partner: c.namer(r.Context(), who).partner(partner)}
	for i := range v.Refusals {
		if of := v.Refusals[i].Detail; of != nil {
			said := veiled(who, worded(*of), "")
			v.Refusals[i].Detail = &said
		}
	}
	v.Verdict = verdict{Look: v.Look, Title: v.Look.Word + ": " + count(v.Done) + " of " + count(j.Matched) + " done",
		Text: "It goes on by itself, also over a restart. Reload the page for how far it is."}
	if j.State.Ended() {
		v.Verdict.Text = "Nothing more is done by it."
	}
	if j.State == job.Running {
		v.Acts = []act{{Word: "Stop…", Path: v.Path + "/stop", Kind: "danger", Explains: "Begins nothing more; what was begun is brought to its end."}}
		v.Acts[0] = c.barred(v.Acts[0], who, Operator)
	}
	return sheet{name: "job", Title: capital(string(j.Action)) + " all that match", Place: "Operations", Content: v}, nil
}

// askStopJob asks whether a job is to begin nothing more.
func (c *Console) askStopJob(r *http.Request, who Visitor) (answer, error) {
	partner, id, err := hookIDs(r)
	if err != nil {
		return answer{}, err
	}
	s, err := c.jobSheet(r, who, partner, id)
	if err != nil {
		return answer{}, err
	}
	v := s.Content.(jobView)
	q := question{Text: "It begins nothing more; what was begun is brought to its end, and what it has done stays done.",
		Consequence: "A job that was stopped does not go on: whoever wants the rest begins another one for it.",
		Path:        "stop", Word: "Stop the job", Back: v.Path, Danger: true,
		About: &about{Name: capital(string(v.Action)) + " of all that match, of " + v.Partner, ID: tail(id), List: with(operationsPath, url.Values{"partner": {partner.String()}}),
			Counts: []counting{{"To come", count(v.Left), "are left as they are"}, {"Done", count(v.Done), "of " + count(v.Matched) + " stay done"}}}}
	return answer{sheet: sheet{name: "question", Title: "Stop this job?", Place: "Operations", Content: q}}, nil
}

// stopJob has a job begin nothing more.
func (c *Console) stopJob(r *http.Request, who Visitor) (answer, error) {
	partner, id, err := hookIDs(r)
	if err != nil {
		return answer{}, err
	}
	j, err := c.Jobs.Stop(r.Context(), partner, job.Operations, id)
	if err != nil {
		s, failed := c.jobSheet(r, who, partner, id)
		if failed != nil {
			return answer{}, err
		}
		s.Note, s.status = c.noteOf(r, err), statusOf(err)
		return answer{sheet: s}, nil
	}
	c.noteJob(r, "stopped", j)
	return answer{to: jobPath(j)}, nil
}
