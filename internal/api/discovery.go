package api

import (
	"errors"
	"net/http"
	"strings"

	"github.com/waybill-dev/waybill/internal/access"
	"github.com/waybill-dev/waybill/internal/problem"
)

// authorizationServer is the metadata of RFC 8414 of one realm, by which OAuth clients find the
// token endpoints. There is no authorization endpoint, so there are no response types. JWKS, SubjectTypes
// and SignatureAlgorithms are for clients that know OpenID Connect's form alone: they read no document
// without them (OpenID Connect Discovery 1.0 section 3).
type authorizationServer struct {
	Issuer                string   `json:"issuer"`
	TokenEndpoint         string   `json:"token_endpoint"`
	RevocationEndpoint    string   `json:"revocation_endpoint"`
	ScopesSupported       []string `json:"scopes_supported"`
	ResponseTypes         []string `json:"response_types_supported"`
	GrantTypes            []string `json:"grant_types_supported"`
	TokenAuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	RevocationAuthMethods []string `json:"revocation_endpoint_auth_methods_supported"`
	Documentation         string   `json:"service_documentation"`
	JWKS                  string   `json:"jwks_uri"`
	SubjectTypes          []string `json:"subject_types_supported"`
	SignatureAlgorithms   []string `json:"id_token_signing_alg_values_supported"`
}

// metadataRoutes are the three places where clients look: where RFC 8414 has it, behind the realm,
// and under the name that OpenID Connect gave it first; and the keys that they name.
func (s *Server) metadataRoutes() []route {
	return []route{
		{"GET", "/.well-known/oauth-authorization-server/realms/{realm}", "", s.forStrangers(bare(s.metadata))},
		{"GET", "/realms/{realm}/.well-known/oauth-authorization-server", "", s.forStrangers(bare(s.metadata))},
		{"GET", "/realms/{realm}/.well-known/openid-configuration", "", s.forStrangers(bare(s.metadata))},
		{"GET", "/realms/{realm}/protocol/openid-connect/certs", "", s.forStrangers(bare(s.keys))},
	}
}

func (s *Server) metadata(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	if err := checkRealm(r); err != nil {
		return err
	}
	// Where another issuer gives the tokens, it describes itself.
	if _, err := s.Tokens.Keys(r.Context()); errors.As(err, new(*problem.Error)) {
		return err
	}
	methods := []string{"client_secret_basic", "client_secret_post"}
	issuer := origin(r) + "/realms/" + r.PathValue("realm")
	// Its addresses are those of whoever asked, so no cache may give them to somebody else.
	w.Header().Set("Cache-Control", "no-store")
	s.answer(w, http.StatusOK, authorizationServer{
		Issuer: issuer, TokenEndpoint: issuer + "/protocol/openid-connect/token",
		RevocationEndpoint: issuer + "/protocol/openid-connect/revoke",
		ScopesSupported:    access.Scopes(), ResponseTypes: []string{}, GrantTypes: []string{"client_credentials"},
		TokenAuthMethods: methods, RevocationAuthMethods: methods, Documentation: origin(r) + "/openapi.yaml",
		JWKS: issuer + "/protocol/openid-connect/certs", SubjectTypes: []string{"public"},
		SignatureAlgorithms: []string{access.SignatureAlgorithm},
	})
	return nil
}

// keys answers the public keys of the tokens, at the path that the contract's realm has for them.
func (s *Server) keys(w http.ResponseWriter, r *http.Request, _ access.Principal) error {
	if err := checkRealm(r); err != nil {
		return err
	}
	keys, err := s.Tokens.Keys(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	s.answer(w, http.StatusOK, keys)
	return nil
}

// origin is how the caller reached this service. A proxy that ends TLS says so; who makes that up
// misleads nobody but itself.
func origin(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https") {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
