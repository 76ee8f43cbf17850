package console

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
	"github.com/waybill-dev/waybill/internal/problem"
)

// answer is what a request is answered with: a sheet, another page to go to, or a file.
type answer struct {
	sheet
	to string
	// file is sent instead of a page; nil for none.
	file *export
}

// does answers a request of a visitor who may make it. Its error becomes a page of its own.
type does func(r *http.Request, who Visitor) (answer, error)

// route is one page, or one act with what is asked before it.
type route struct {
	pattern string
	may     Role
	does    does
}

// table is every page and act of the console.
func (c *Console) table() []route {
	return []route{
		{"GET /console/{$}", Viewer, c.showHome},
		{"POST /console/theme", Viewer, c.chooseTheme},
		{"POST /console/live", Viewer, c.chooseLive},
		{"POST /console/keys", Viewer, c.chooseKeys},
		{"GET /console/find", Viewer, c.find},
		{"GET /console/operations", Viewer, c.listOperations},
		{"GET /console/operations/all", Operator, c.askAll},
		{"POST /console/operations/all", Operator, c.doAll},
		{"GET /console/operations/ticked", Operator, c.askTicked},
		{"POST /console/operations/ticked", Operator, c.doTicked},
		{"GET /console/operations/export", Viewer, c.exportOperations},
		{"GET /console/jobs/{partner}/{id}", Viewer, c.showJob},
		{"GET /console/jobs/{partner}/{id}/stop", Operator, c.askStopJob},
		{"POST /console/jobs/{partner}/{id}/stop", Operator, c.stopJob},
		{"GET /console/operations/{id}", Viewer, c.showOperation},
		{"GET /console/operations/{id}/edit", Operator, c.editOperation},
		{"POST /console/operations/{id}/edit", Operator, c.rewriteOperation},
		{"GET /console/operations/{id}/retry", Operator, c.askRetry},
		{"POST /console/operations/{id}/retry", Operator, c.retryOperation},
		{"POST /console/operations/{id}/try", Operator, c.tryOperation},
		{"GET /console/operations/{id}/cancel", Operator, c.askCancel},
		{"POST /console/operations/{id}/cancel", Operator, c.cancelOperation},
		{"GET /console/operations/{id}/resolve", Operator, c.askResolve},
		{"POST /console/operations/{id}/resolve", Operator, c.resolveOperation},
		{"GET /console/operations/{id}/revert", Operator, c.askRevert},
		{"POST /console/operations/{id}/revert", Operator, c.revertOperation},
		{"GET /console/connections", Viewer, c.listConnections},
		{"GET /console/connections/{id}", Viewer, c.showConnection},
		{"GET /console/connections/{id}/pause", Admin, c.askPauseConnection},
		{"POST /console/connections/{id}/pause", Admin, c.pauseConnection},
		{"GET /console/connections/{id}/rate", Admin, c.askRate},
		{"POST /console/connections/{id}/rate", Admin, c.slowConnection},
		{"POST /console/connections/{id}/resume", Admin, c.resumeConnection},
		{"GET /console/connections/{id}/settings", Admin, c.editSettings},
		{"POST /console/connections/{id}/settings", Admin, c.changeSettings},
		{"GET /console/connections/{id}/credentials", Admin, c.editCredentials},
		{"POST /console/connections/{id}/credentials", Admin, c.changeCredentials},
		{"POST /console/connections/{id}/test", Operator, c.testConnection},
		{"POST /console/connections/{id}/import", Operator, c.importConnection},
		{"GET /console/lanes", Viewer, c.showLanes},
		{"GET /console/webhooks", Viewer, c.listWebhooks},
		{"GET /console/webhooks/{partner}/{id}", Viewer, c.showWebhook},
		{"GET /console/webhooks/{partner}/{id}/replay", Operator, c.askReplay},
		{"POST /console/webhooks/{partner}/{id}/replay", Operator, c.replayWebhook},
		{"GET /console/webhooks/{partner}/{id}/pause", Operator, c.askPauseHook},
		{"POST /console/webhooks/{partner}/{id}/pause", Operator, c.pauseWebhook},
		{"POST /console/webhooks/{partner}/{id}/activate", Operator, c.activateWebhook},
		{"POST /console/webhooks/{partner}/{id}/test", Operator, c.testWebhook},
		{"GET /console/tsps", Viewer, c.showTSPs},
		{"GET /console/clients", Viewer, c.showClients},
		{"GET /console/grants", Viewer, c.showGrants},
		{"GET /console/settings", Viewer, c.showSettings},
		{"GET /console/audit", Admin, c.showAudit},
		{"GET /console/", Viewer, c.nowhere},
	}
}

// Pages lists the pages of the console by the patterns of their paths, as in http.ServeMux.
func Pages() (all []string) {
	for _, r := range (&Console{}).table() {
		if path, is := strings.CutPrefix(r.pattern, "GET "); is {
			all = append(all, path)
		}
	}
	return all
}

// mostForm bounds the body of a request, in bytes: that of a write is smaller.
const mostForm = 2 << 20

func (c *Console) routes() http.Handler {
	mux := http.NewServeMux()
	for _, r := range c.table() {
		mux.HandleFunc(r.pattern, c.guarded(r))
	}
	mux.HandleFunc("GET /console/static/{name}", c.files.serve)
	mux.Handle("GET /console", http.RedirectHandler(Root, http.StatusMovedPermanently))
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.fail(w, r, Visitor{}, problem.New(problem.Forbidden, "the form was sent from another site, so nothing was done; "+
			"open the page here and send it from there"))
	}))
	return c.safe(cross.Handler(mux))
}

// guarded lets a request in whose visitor may make it.
func (c *Console) guarded(of route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, known := c.Gate.Visitor(r)
		now, lives := c.living()[r.Pattern]
		if wantsStream(r) && !known {
			http.Error(w, "sign in again to go on", http.StatusUnauthorized)
			return
		}
		if !known {
			c.Gate.SignIn(w, r)
			return
		}
		if !who.Role.May(of.may) {
			c.fail(w, r, who, problem.New(problem.Forbidden, "this needs the role %s, and yours is %s; ask an admin for it",
				of.may, who.Role))
			return
		}
		if c.ReadOnly && of.acts() {
			c.fail(w, r, who, problem.New(problem.Forbidden, readOnly+", so nothing was done; use the API or the command line, or have "+
				"who runs Waybill set WAYBILL_CONSOLE=on"))
			return
		}
		if err := of.checked(r); err != nil {
			c.fail(w, r, who, err)
			return
		}
		if wantsStream(r) && lives && live(r) {
			c.stream(w, r, who, now)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, mostForm)
		if err := r.ParseForm(); err != nil {
			c.fail(w, r, who, problem.New(problem.BadRequest, "the form cannot be read, so nothing was done; send it from its page again"))
			return
		}
		a, err := of.does(r.WithContext(acting(r.Context(), who)), who)
		switch {
		case err != nil:
			c.fail(w, r, who, err)
		case a.file != nil:
			c.send(w, r, *a.file)
		case a.to != "":
			for _, cookie := range a.cookies {
				http.SetCookie(w, cookie)
			}
			http.Redirect(w, r, a.to, http.StatusSeeOther)
		default:
			c.show(w, r, who, a.sheet)
		}
	}
}

// readOnly is why nobody acts.
const readOnly = "this console is read-only"

// acts tells whether a route does something to others than its visitor.
func (r route) acts() bool { return !strings.HasPrefix(r.pattern, "GET ") && r.may != Viewer }

// acting names the visitor to the audit log, unless the gate has: it knows from where somebody came, and who else is
// called so.
func acting(ctx context.Context, who Visitor) context.Context {
	if audit.IsOperator(audit.Of(ctx).Name) {
		return ctx
	}
	return audit.By(ctx, audit.Actor{Name: actor(who)})
}

// actor is how the audit log names a visitor.
func actor(who Visitor) string { return audit.Operator + ":" + oneWord(who.Name) }

// nowhere answers for a path that there is not.
func (c *Console) nowhere(r *http.Request, _ Visitor) (answer, error) {
	return answer{}, problem.New(problem.NotFound, "there is no page %s in this console", r.URL.Path)
}

// pathID is the id in a request's path.
func pathID(r *http.Request) (uuid.UUID, error) {
	text := r.PathValue("id")
	id, err := uuid.Parse(text)
	if err != nil || len(text) != len(id.String()) {
		return id, problem.New(problem.NotFound, "%q is no id: one has 36 characters, such as %s", cut(text, 80), uuid.Nil)
	}
	return id, nil
}

// wrongInput is the problem of a parameter that cannot be read.
func wrongInput(name, given, message string) error {
	return &problem.Error{Code: problem.Invalid, Details: []problem.Detail{{Path: name, Input: cut(given, 200), Message: message}}}
}

// with is a path with parameters.
func with(path string, v url.Values) string {
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}
