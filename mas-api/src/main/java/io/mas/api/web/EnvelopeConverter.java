package io.mas.api.web;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpInputMessage;
import org.springframework.http.HttpOutputMessage;
import org.springframework.http.MediaType;
import org.springframework.http.converter.AbstractHttpMessageConverter;
import org.springframework.http.converter.HttpMessageNotReadableException;

/** Writes the envelopes that controllers return. */
final class EnvelopeConverter extends AbstractHttpMessageConverter<Envelope> {
  private final Answers answers;

  EnvelopeConverter(Answers answers) {
    super(MediaType.APPLICATION_JSON);
    this.answers = answers;
  }

  @Override
  protected boolean supports(Class<?> type) {
    return type == Envelope.class;
  }

  @Override
  public boolean canRead(Class<?> type, @Nullable MediaType mediaType) {
    return false;
  }

  @Override
  protected Envelope readInternal(Class<? extends Envelope> type, HttpInputMessage input) {
    throw new HttpMessageNotReadableException("envelopes are only written", input);
  }

  @Override
  protected void writeInternal(Envelope envelope, HttpOutputMessage output) throws IOException {
    byte[] body = answers.bytes(envelope);
    output.getHeaders().setContentLength(body.length);
    output.getBody().write(body);
  }
}
