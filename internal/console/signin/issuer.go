package signin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/waybill-dev/waybill/internal/operator"
	"github.com/waybill-dev/waybill/internal/outbound"
)

// Sealer seals what a browser keeps for us; seal.Sealer does.
type Sealer interface {
	Seal(plain, context []byte) ([]byte, error)
	Open(sealed, context []byte) ([]byte, error)
}

// IssuerConfig is what an Issuer is made of.
type IssuerConfig struct {
	// URL is the issuer's, as its discovery document has it. ClientID and Secret are by which it knows us; a public
	// client has no secret.
	URL, ClientID, Secret string
	Scopes                []string
	// Console is where browsers reach the console, without a path: the issuer sends them back there.
	Console string
	// GroupsClaim is the claim that holds a person's groups, and Roles those of each role.
	GroupsClaim string
	Roles       map[operator.Role][]string
	// ViewersSee shows payloads to viewers as well.
	ViewersSee bool
	Sealer     Sealer
	HTTP       *http.Client
	// Now is the machine's clock, by which the issuer's times are judged.
	Now func() time.Time
	Log *slog.Logger
}

// Issuer is an OpenID Connect issuer at which operators sign in, by a code with PKCE.
type Issuer struct {
	IssuerConfig

	// reading is held by who reads; mu guards what follows, and is held for no call.
	reading sync.Mutex
	mu      sync.Mutex
	// known is what its discovery document said at readAt, and failed why it said nothing at askedAt.
	known           *provider
	readAt, askedAt time.Time
	failed          error
}

// provider is an issuer whose discovery document was read.
type provider struct {
	verifier *oidc.IDTokenVerifier
	client   oauth2.Config
}

// The times of the issuer's discovery document and answers.
const (
	// documentFresh is how old it may be; an older one goes on where it cannot be read anew.
	documentFresh = time.Hour
	// documentPause is how long after a reading that failed the next one may come, whoever asks.
	documentPause = 10 * time.Second
	// issuerTime bounds what is asked of the issuer for one request.
	issuerTime = 10 * time.Second
	// mostAnswer bounds an answer of the issuer's, in bytes.
	mostAnswer = 1 << 20
)

// NewIssuer returns an issuer. It is asked when the first person comes, so that a service starts while it is away.
func NewIssuer(c IssuerConfig) *Issuer {
	c.HTTP = outbound.Bounded(c.HTTP, mostAnswer)
	return &Issuer{IssuerConfig: c}
}

// name is how people know the issuer.
func (i *Issuer) name() string {
	if u, err := url.Parse(i.URL); err == nil {
		return u.Host
	}
	return i.URL
}

// errAway is that the issuer cannot be asked.
var errAway = errors.New("the issuer does not answer")

// provider returns what is known of the issuer, reading it if need be. What is old goes on while one reads it anew.
func (i *Issuer) provider(ctx context.Context) (*provider, error) {
	known, fresh := i.held()
	switch {
	case fresh:
		return known, nil
	case known == nil:
		i.reading.Lock()
	case !i.reading.TryLock():
		return known, nil
	}
	defer i.reading.Unlock()
	if known, fresh = i.held(); fresh {
		return known, nil
	}
	known, err := i.renew(ctx)
	if known == nil {
		return nil, fmt.Errorf("%w: %w", errAway, err)
	}
	return known, nil
}

// held is what is known, and whether it need not be read.
func (i *Issuer) held() (known *provider, fresh bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.known, i.known != nil && i.Now().Sub(i.readAt) < documentFresh
}

// renew is for who reads. It leaves an issuer alone that has just failed.
func (i *Issuer) renew(ctx context.Context) (*provider, error) {
	i.mu.Lock()
	known, failed, pause := i.known, i.failed, i.Now().Sub(i.askedAt) < documentPause
	i.mu.Unlock()
	if failed != nil && pause {
		return known, failed
	}
	read, err := i.read(ctx)
	i.mu.Lock()
	defer i.mu.Unlock()
	i.askedAt, i.failed = i.Now(), err
	if err == nil {
		i.known, i.readAt = read, i.askedAt
	} else if known != nil {
		i.Log.Warn("the issuer at which operators sign in does not tell its document anew; the last one counts", "issuer", i.URL,
			"error", err)
	}
	return i.known, err
}

// read reads the discovery document. Whoever hangs up must not leave the others without it.
func (i *Issuer) read(ctx context.Context) (*provider, error) {
	ctx, cancel := context.WithTimeout(i.client(context.WithoutCancel(ctx)), issuerTime)
	defer cancel()
	found, err := oidc.NewProvider(ctx, i.URL)
	if err != nil {
		return nil, fmt.Errorf("reading the issuer's discovery document: %w", err)
	}
	var more struct {
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&more); err != nil {
		return nil, fmt.Errorf("reading the issuer's discovery document: %w", err)
	}
	endpoint := found.Endpoint()
	// Said and not tried out: a code that is sent twice is refused, and all of its tokens may end (RFC 6749, 4.1.2).
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if i.Secret == "" || len(more.Methods) > 0 && !slices.Contains(more.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &provider{
		verifier: found.Verifier(&oidc.Config{ClientID: i.ClientID, Now: i.Now}),
		client: oauth2.Config{ClientID: i.ClientID, ClientSecret: i.Secret, Endpoint: endpoint, Scopes: i.Scopes,
			RedirectURL: i.Console + callbackPath},
	}, nil
}

// client is a context in which the issuer is asked by our client.
func (i *Issuer) client(ctx context.Context) context.Context { return oidc.ClientContext(ctx, i.HTTP) }
