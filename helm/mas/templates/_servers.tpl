{{/* MongoDB, Redis and RabbitMQ: bundled, or external. What differs between the two is only here. */}}

{{/* The URI of a bundled server. The password is put in by the service, from a file secret: so the URI is no secret. */}}
{{- define "mas.bundledUri.mongodb" -}}
{{- $b := .Values.mongodb.bundled -}}
mongodb://mas:${bundled.mongodb.password}@{{ include "mas.hosts" (list . "mongodb" $b.replicas 27017) }}/mas?replicaSet=mas
{{- end -}}

{{- define "mas.bundledUri.redis" -}}
{{- $b := .Values.redis.bundled -}}
{{- if eq (int $b.replicas) 1 -}}
redis://default:${bundled.redis.password}@{{ include "mas.hosts" (list . "redis" 1 6379) }}/0
{{- else -}}
redis-sentinel://default:${bundled.redis.password}@{{ include "mas.hosts" (list . "redis" $b.replicas 26379) }}/0#mas
{{- end -}}
{{- end -}}

{{- define "mas.bundledUri.rabbitmq" -}}
amqp://mas:${bundled.rabbitmq.password}@{{ include "mas.name" . }}-rabbitmq-client.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}:5672/%2f
{{- end -}}

{{/* Variables that say where servers are; takes (list $ (list "server" ...)). */}}
{{- define "mas.serverEnvironment" -}}
{{- $root := index . 0 -}}
{{- range $server := index . 1 }}
{{- $values := index $root.Values $server }}
{{- if eq $values.mode "bundled" }}
- name: MAS_{{ upper $server }}_URI
  value: {{ include (printf "mas.bundledUri.%s" $server) $root | quote }}
{{- else }}
{{- with $values.external.uri }}
- name: MAS_{{ upper $server }}_URI
  value: {{ . | quote }}
{{- end }}
{{- if $values.external.caSecret }}
- name: MAS_{{ upper $server }}_SSL_BUNDLE
  value: {{ $server }}
- name: SPRING_SSL_BUNDLE_PEM_{{ upper $server }}_TRUSTSTORE_CERTIFICATE
  value: file:/run/secrets/mas-tls/{{ $server }}/ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Files in /run/secrets/mas, each named like its setting; takes (list $ (list "server" ...)). */}}
{{- define "mas.secretSources" -}}
{{- $root := index . 0 -}}
- secret:
    name: {{ include "mas.internalSecret" $root | quote }}
    items:
      - {key: mas.internal.keys, path: mas.internal.keys}
{{- range $server := index . 1 }}
{{- $values := index $root.Values $server }}
{{- if eq $values.mode "bundled" }}
- secret:
    name: {{ include "mas.serverSecret" (list $root $server) }}
    items:
      - {key: password, path: bundled.{{ $server }}.password}
{{- else }}
{{- with $values.external.existingSecret }}
- secret:
    name: {{ . | quote }}
    items:
      - {key: mas.{{ $server }}.uri, path: mas.{{ $server }}.uri}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Certificates of external servers; take (list $ (list "server" ...)). */}}
{{- define "mas.tlsVolumes" -}}
{{- $root := index . 0 -}}
{{- range $server := index . 1 }}
{{- $values := index $root.Values $server }}
{{- if and (eq $values.mode "external") $values.external.caSecret }}
- name: tls-{{ $server }}
  secret:
    secretName: {{ $values.external.caSecret | quote }}
    defaultMode: 288 # 0440
    items:
      - {key: ca.crt, path: ca.crt}
{{- end }}
{{- end }}
{{- end -}}

{{- define "mas.tlsMounts" -}}
{{- $root := index . 0 -}}
{{- range $server := index . 1 }}
{{- $values := index $root.Values $server }}
{{- if and (eq $values.mode "external") $values.external.caSecret }}
- {name: tls-{{ $server }}, mountPath: /run/secrets/mas-tls/{{ $server }}, readOnly: true}
{{- end }}
{{- end }}
{{- end -}}

{{/* Secret of a bundled server; takes (list $ "server"). */}}
{{- define "mas.serverSecret" -}}
{{- printf "%s-%s" (include "mas.name" (index . 0)) (index . 1) -}}
{{- end -}}

{{- define "mas.refuseServers" -}}
{{- $root := . -}}
{{- range $server := list "mongodb" "redis" "rabbitmq" }}
{{- $external := (index $root.Values $server).external }}
{{- if eq (index $root.Values $server).mode "external" }}
{{- if and $external.uri $external.existingSecret }}
{{- fail (printf "%s.external has both a uri and an existingSecret, expected one of them: remove uri, or existingSecret." $server) }}
{{- end }}
{{- if regexMatch "//[^/]*:[^/@]*@" $external.uri }}
{{- fail (printf "%s.external.uri has a password, expected none, as values are no secret: put the URI into a Secret with the key mas.%s.uri, and name that in %s.external.existingSecret." $server $server $server) }}
{{- end }}
{{- if not (or $external.uri $external.existingSecret) }}
{{- fail (printf "%s.mode is external, but nothing says where it is: set %s.external.existingSecret to a Secret with the key mas.%s.uri, or %s.external.uri if that needs no password." $server $server $server $server) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Settings that the chart makes from values of its own; each would be there twice. */}}
{{- define "mas.refuseSettings" -}}
{{- $owned := dict
  "mas.object.erasure" "geometry.data and geometry.parity"
  "mas.placement.min-node-failures" "geometry.nodeFailures"
  "mas.cluster-id" "clusterId"
  "mas.roles" "gateway and repair, which have a role each"
  "mas.system-tokens-file" "secrets.existingSystemTokens"
  "mas.mongodb.ssl-bundle" "mongodb.external.caSecret"
  "mas.redis.ssl-bundle" "redis.external.caSecret"
  "mas.rabbitmq.ssl-bundle" "rabbitmq.external.caSecret"
  "server.port" "gateway.service.port, that of a pod is always the same"
  "logging.structured.format.console" "nothing, logs are always JSON (ecs)"
  "mas.node.data" "storage.size, the volume is always in /data"
  "mas.node.address" "clusterDomain"
  "mas.node.bind-address" "nothing, a pod has an address of its own"
  "mas.node.port" "nothing, it is always 9101"
  "mas.node.process" "nothing, it is the name of the pod"
  "mas.node.host" "nothing, it is the machine of the pod"
  "mas.node.zone" "nothing, it is the zone of the pod's machine" -}}
{{- $root := . -}}
{{- range $component := list "gateway" "repair" "storage" }}
{{- range $name, $value := (index $root.Values $component).settings }}
{{- if regexMatch "^mas\\.(internal\\.keys|system-tokens.*|.*uri)|password|secret" $name }}
{{- fail (printf "%s.settings has %s, which may hold a secret, and values are none: remove it, and use secrets.existing..., or existingSecret of the server." $component $name) }}
{{- end }}
{{- if and (eq $component "gateway") (eq $name "spring.lifecycle.timeout-per-shutdown-phase") }}
{{- fail (printf "gateway.settings has %s, which the chart sets itself: remove it, and use gateway.drain.timeoutSeconds." $name) }}
{{- end }}
{{- if hasKey $owned $name }}
{{- fail (printf "%s.settings has %s, which the chart sets itself: remove it, and use %s." $component $name (get $owned $name)) }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Secrets that are somebody else's: what a hook needs of them has to be said. */}}
{{- define "mas.refuseSecrets" -}}
{{- if and .Values.secrets.existingSystemTokens (not .Values.secrets.existingAdminToken) (not .Values.storage.allowUnsafeScaleIn) }}
{{- fail "secrets.existingSystemTokens is set, but secrets.existingAdminToken is not: upgrades ask the store whether nodes may go, with a systemToken that has the scope admin. Set existingAdminToken to a Secret with the key systemToken, or storage.allowUnsafeScaleIn to true." }}
{{- end }}
{{- end -}}
