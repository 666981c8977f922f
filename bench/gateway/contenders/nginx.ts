import { httpPort } from "../test-bed/network.ts";
import { describeProgram } from "./program.ts";

export const nginx = describeProgram({
  name: "nginx",
  program: "nginx",
  files: ({ network, directory }, host) => ({
    "nginx.conf": `master_process off;
pid ${directory}/nginx.pid;
error_log stderr warn;
daemon off;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  client_body_temp_path ${directory}/nginx-body;
  proxy_temp_path ${directory}/nginx-proxy;
  fastcgi_temp_path ${directory}/nginx-fastcgi;
  uwsgi_temp_path ${directory}/nginx-uwsgi;
  scgi_temp_path ${directory}/nginx-scgi;
  upstream upstream { server ${network.upstream}:${httpPort}; keepalive 256; keepalive_requests 1000000000; }
  server {
    listen ${host}:${httpPort};
    location / {
      proxy_pass http://upstream;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
    }
  }
}
`,
  }),
  args: (path) => ["-c", path("nginx.conf"), "-e", "stderr"],
});
