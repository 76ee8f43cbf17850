// An OpenID Connect provider for one test: it listens at a port of its own choice, prints its issuer,
// and gives access tokens in the form of JWTs to one client for one audience.
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const server = createServer((request, response) => answer(request, response));
let answer = (request, response) => response.writeHead(503).end();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const audience = 'https://waybill.example';
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'tms', client_secret: 'tms-secret-of-the-provider', grant_types: ['client_credentials'],
      redirect_uris: [], response_types: [], token_endpoint_auth_method: 'client_secret_post',
    }],
    scopes: ['telematics:read', 'telematics:write'],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({
          scope: 'telematics:read telematics:write', audience, accessTokenFormat: 'jwt', accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  });
  answer = provider.callback();
  console.log(issuer);
});
